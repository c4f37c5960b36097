import {
    click,
    contains,
    inputFiles,
    insertText,
    openDiscuss,
    start,
} from "@mail/../tests/mail_test_helpers";

import { VoicePlayer } from "@mail/discuss/voice_message/common/voice_player";

import { describe, expect, test } from "@odoo/hoot";
import { planOf } from "@whatsapp_base/discuss/attachment_notice/attachment_plan";
import { opusType } from "@whatsapp_base/discuss/voice/opus_recorder";

import {
    allowTranslations,
    onRpc,
    patchWithCleanup,
    serverState,
} from "@web/../tests/web_test_helpers";

import { createConversation, createMessage, defineWhatsappModels } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

const MEGABYTE = 1024 * 1024;

test("what becomes of a file is said where it is not what one expects", () => {
    allowTranslations();
    const plain = [
        { mimetype: "image/png", file_size: 1000 },
        { mimetype: "application/pdf", file_size: 90 * MEGABYTE },
        { mimetype: "video/mp4", file_size: MEGABYTE },
        { mimetype: "audio/ogg", voice: true },
        { mimetype: "video/webm", voice: true },
    ];
    for (const file of plain) {
        expect(planOf(file, false)).toBe(undefined, { message: file.mimetype });
    }
    expect(planOf({ mimetype: "image/jpeg", file_size: 6 * MEGABYTE })).toMatch(/smaller/);
    expect(planOf({ mimetype: "image/webp", file_size: 10 })).toMatch(/JPEG/);
    expect(planOf({ mimetype: "image/heic", file_size: 10 })).toMatch(/document/);
    expect(planOf({ mimetype: "video/mp4", file_size: 17 * MEGABYTE })).toMatch(/16 MB/);
    expect(planOf({ mimetype: "audio/mpeg", voice: true }, false)).toMatch(/sound file/);
    expect(planOf({ mimetype: "audio/mpeg", voice: true }, true)).toBe(undefined);
});

test("a voice message that the browser cannot draw gets the browser's player", async () => {
    patchWithCleanup(VoicePlayer.prototype, { _fetch: async () => new Response("no sound") });
    const { channelId, pyEnv } = await createConversation();
    const attachmentId = pyEnv["ir.attachment"].create({
        name: "voice.ogg",
        mimetype: "audio/ogg",
        res_model: "discuss.channel",
        res_id: channelId,
    });
    pyEnv["discuss.voice.metadata"].create({ attachment_id: attachmentId });
    createMessage(pyEnv, channelId, "", { attachmentIds: [attachmentId] });
    await start();
    await openDiscuss(channelId);
    await contains("audio.o-whatsapp-AttachmentPlayer");
    expect(".o-mail-VoicePlayer").toHaveCount(0);
    expect(".o_error_dialog").toHaveCount(0);
});

test("a file that the customer has cannot be removed, a document's own neither", async () => {
    const { channelId, pyEnv } = await createConversation();
    const attachmentId = pyEnv["ir.attachment"].create({
        name: "offer.pdf",
        mimetype: "application/pdf",
        res_model: "res.partner",
        res_id: serverState.partnerId,
    });
    createMessage(pyEnv, channelId, "Our offer", {
        attachmentIds: [attachmentId],
        status: { state: "read" },
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-AttachmentContainer[title='offer.pdf']");
    await contains(".o-mail-AttachmentContainer button[title='Download']");
    expect(".o-mail-AttachmentContainer .fa-trash").toHaveCount(0);
});

test("a picture is sent as a sticker where the agent says so", async () => {
    onRpc("/mail/message/post", async (request) => {
        const { params } = await request.json();
        const { attachment_ids: files, whatsapp_sticker_ids: stickers } = params.post_data;
        expect.step(`sticker ${files.length === 1 && files[0] === stickers?.[0]}`);
    });
    const { channelId } = await createConversation();
    await start();
    await openDiscuss(channelId);
    await insertText(".o-mail-Composer-input", "Hi");
    await inputFiles(".o-mail-Composer .o_input_file", [
        new File(["x"], "cat.png", { type: "image/png" }),
    ]);
    await contains(".o-mail-AttachmentContainer:not(.o-isUploading)");
    await click(".o-whatsapp-AttachmentNotice-sticker input");
    await contains(".o-whatsapp-AttachmentNotice-sticker input:checked");
    await click(".o-mail-Composer button[title='Send']:enabled");
    await expect.waitForSteps(["sticker true"]);
});

test("the recorder makes Opus where the browser can, Ogg before WebM", () => {
    const supported = new Set();
    patchWithCleanup(window, {
        MediaRecorder: { isTypeSupported: (type) => supported.has(type) },
    });
    expect(opusType()).toBe(undefined);
    supported.add("audio/webm;codecs=opus");
    expect(opusType().extension).toBe("webm");
    supported.add("audio/ogg;codecs=opus");
    expect(opusType().extension).toBe("ogg");
});
