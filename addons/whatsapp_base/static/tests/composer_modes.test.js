import {
    click,
    contains,
    inputFiles,
    insertText,
    openDiscuss,
    start,
} from "@mail/../tests/mail_test_helpers";
import { leftOver, toggleMark } from "@whatsapp_base/discuss/composer_area/formatting";

import { animationFrame, describe, expect, press, test } from "@odoo/hoot";

import { browser } from "@web/core/browser/browser";
import { getService, makeServerError, onRpc, serverState } from "@web/../tests/web_test_helpers";

import {
    changeConversation,
    createConversation,
    createMessage,
    defineWhatsappModels,
    fromNow,
} from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

const INPUT = ".o-mail-Composer-input";
const mode = (name) => `.o-whatsapp-ComposerBar-mode[data-mode='${name}']`;

function recordPosts() {
    onRpc("/mail/message/post", async (request) => {
        const { params } = await request.json();
        const { body, subtype_xmlid: subtype } = params.post_data;
        expect.step(`${subtype}: ${body.replace(/<[^>]*>/g, "")}`);
    });
}

function threadOf(id) {
    return getService("mail.store").Thread.get({ model: "discuss.channel", id });
}

async function openConversation(values, options) {
    const conversation = await createConversation(values, options);
    await start();
    await openDiscuss(conversation.channelId);
    return conversation;
}

test("replies and notes are two drafts, and each goes where it was meant", async () => {
    recordPosts();
    await openConversation();
    await insertText(INPUT, "To the customer");
    await click(mode("note"));
    await contains(`${INPUT}[placeholder^='Note to colleagues']`, { value: "" });
    await insertText(INPUT, "Among us");
    await press("Enter");
    await expect.waitForSteps(["mail.mt_note: Among us"]);
    await click(mode("reply"));
    await contains(INPUT, { value: "To the customer" });
    await press("Enter");
    await expect.waitForSteps(["mail.mt_comment: To the customer"]);
});

test("Alt+N goes to the note and back", async () => {
    await openConversation();
    await contains(`${INPUT}:focus`);
    await press(["alt", "n"]);
    await contains(".o-whatsapp-ComposerArea[data-mode='note']");
    await contains(`${INPUT}:focus`);
    await press(["alt", "n"]);
    await contains(".o-whatsapp-ComposerArea[data-mode='reply']");
});

test("a note that is being written never becomes a reply by itself", async () => {
    recordPosts();
    const { channelId, pyEnv } = await openConversation({ blocked: true });
    await insertText(INPUT, "A difficult customer");
    changeConversation(pyEnv, channelId, { blocked: false });
    await contains(mode("reply") + ".active");
    await animationFrame();
    await animationFrame();
    await contains(INPUT, { value: "" });
    await press("Enter");
    await click(mode("note"));
    await contains(INPUT, { value: "A difficult customer" });
    expect.verifySteps([]);
});

test("when the window closes, the text is kept until the customer writes", async () => {
    onRpc("whatsapp.conversation", "queue_after_reply", ({ args }) => {
        expect.step(`keep ${args[1]}`);
        return [{ id: 1, body: args[1], author: "Mitchell", is_mine: true, created: fromNow({}) }];
    });
    recordPosts();
    const { channelId, pyEnv } = await openConversation();
    await insertText(INPUT, "Your parcel is here");
    changeConversation(pyEnv, channelId, { window_expires_at: fromNow({ minutes: -1 }) });
    await contains(".o-whatsapp-TemplatePicker");
    expect(INPUT).toHaveCount(0);
    await click(mode("later"));
    await contains(INPUT, { value: "Your parcel is here" });
    await press("Enter");
    await expect.waitForSteps(["keep Your parcel is here"]);
    await contains(".o-whatsapp-Pending-row", { text: "Your parcel is here" });
    await contains(INPUT, { value: "" });
});

test("whoever takes a conversation can write at once", async () => {
    onRpc("whatsapp.conversation", "action_assign_to_me", () => {
        expect.step("take");
        return true;
    });
    await openConversation({ agent_id: false }, { isMine: false });
    await contains(`${INPUT}:focus`);
    document.activeElement.blur();
    await click(".o-whatsapp-ComposerNotice-take");
    await expect.waitForSteps(["take"]);
    await contains(`${INPUT}:focus`);
});

test("a message with buttons takes one file, and drops none", async () => {
    onRpc("whatsapp.conversation", "send_message", () => expect.step("send"));
    const { channelId } = await openConversation();
    await insertText(INPUT, "Which one?");
    threadOf(channelId).composer.whatsappButtons = ["This", "That"];
    await inputFiles(".o-mail-Composer .o_input_file", [
        new File(["x"], "1.png", { type: "image/png" }),
        new File(["x"], "2.png", { type: "image/png" }),
    ]);
    await contains(".o-mail-AttachmentContainer:not(.o-isUploading)", { count: 2 });
    await click(".o-mail-Composer button[title='Send']:enabled");
    await contains(".o_notification:contains(takes one file)");
    await contains(".o-mail-Composer .o-mail-AttachmentContainer", { count: 2 });
    expect.verifySteps([]);
});

test("files wait with the text, and nothing is kept twice", async () => {
    const keys = new Set();
    let isLost = true;
    onRpc("whatsapp.conversation", "queue_after_reply", ({ args, kwargs }) => {
        keys.add(kwargs.once);
        expect.step(`keep ${args[1]} ${kwargs.attachment_ids.length} ${kwargs.sticker_ids.length}`);
        if (isLost) {
            isLost = false;
            throw makeServerError({ message: "The answer was lost" });
        }
        const file = { id: kwargs.attachment_ids[0], name: "offer.pdf", mimetype: "x" };
        return [{ id: 1, body: args[1], author: "Me", is_mine: true, created: fromNow({}), file }];
    });
    expect.errors(1);
    await openConversation({ window_expires_at: fromNow({ hours: -1 }) });
    await click(mode("later"));
    await insertText(INPUT, "Our offer");
    await inputFiles(".o-mail-Composer .o_input_file", [new File(["x"], "offer.pdf")]);
    await contains(".o-mail-AttachmentContainer:not(.o-isUploading)");
    await click(".o-mail-Composer button[title='Keep until they answer']:enabled");
    await expect.waitForSteps(["keep Our offer 1 0"]);
    await click(".modal .btn-close");
    expect.verifyErrors([/The answer was lost/]);
    await contains(INPUT, { value: "Our offer" });
    await contains(".o-mail-AttachmentContainer");
    await click(".o-mail-Composer button[title='Keep until they answer']:enabled");
    await expect.waitForSteps(["keep Our offer 1 0"]);
    await contains(".o-whatsapp-Pending-file", { text: "offer.pdf" });
    await contains(".o-mail-AttachmentContainer", { count: 0 });
    expect(keys.size).toBe(1);
});

test("what the server refuses to post goes back to where it was written", async () => {
    onRpc("/mail/message/post", () => {
        expect.step("post");
        throw makeServerError({ message: "“empty.txt” is empty." });
    });
    expect.errors(1);
    const { channelId } = await openConversation();
    await insertText(INPUT, "See the file");
    await inputFiles(".o-mail-Composer .o_input_file", [new File(["x"], "empty.txt")]);
    await contains(".o-mail-AttachmentContainer:not(.o-isUploading)");
    await click(".o-mail-Composer button[title='Send']:enabled");
    await expect.waitForSteps(["post"]);
    await contains(".modal:contains(“empty.txt” is empty.)");
    expect.verifyErrors([/“empty.txt” is empty./]);
    await contains(INPUT, { value: "See the file" });
    await contains(".o-mail-Composer .o-mail-AttachmentContainer", { text: "empty.txt" });
    await contains(".o-mail-Message", { count: 0 });
    const key = `whatsapp.draft/${serverState.userId}/${channelId}/customer`;
    expect(JSON.parse(browser.localStorage.getItem(key)).text).toBe("See the file");
});

test("what was not sent for want of a connection says so, and is tried again with its key", async () => {
    const keys = new Set();
    let isDown = true;
    onRpc("/mail/message/post", async (request) => {
        const { params } = await request.json();
        keys.add(params.post_data.whatsapp_once);
        expect.step("post");
        if (isDown) {
            return new Response("Bad gateway", { status: 502 });
        }
    });
    await openConversation();
    await insertText(INPUT, "Hello");
    await press("Enter");
    await expect.waitForSteps(["post"]);
    await contains(".o-whatsapp-unsent:contains(No connection: not sent yet.)");
    isDown = false;
    await click(".o-whatsapp-unsent button");
    await expect.waitForSteps(["post"]);
    await contains(".o-whatsapp-unsent", { count: 0 });
    await contains(".o-mail-Message", { count: 1, text: "Hello" });
    await contains(".o-mail-Message-pendingProgress", { count: 0 });
    expect(keys.size).toBe(1);
    expect([...keys][0]).toBeOfType("string");
});

test("what waits can be changed and taken back, and is gone when it has left", async () => {
    const row = { id: 5, body: "Frist", author: "Bea", is_mine: false, created: fromNow({}) };
    onRpc("whatsapp.conversation", "announce_presence", ({ args }) =>
        args[2] ? { pending: [row] } : {},
    );
    onRpc("whatsapp.conversation", "edit_pending_reply", ({ args }) => {
        expect.step(`edit ${args[1]} ${args[2]}`);
        return [{ ...row, body: args[2] }];
    });
    onRpc("whatsapp.conversation", "cancel_pending_reply", ({ args }) => {
        expect.step(`cancel ${args[1]}`);
        return [];
    });
    await openConversation({ window_expires_at: fromNow({ hours: -1 }) });
    await contains(".o-whatsapp-Pending-row", { text: "FristBea" });
    await click("[aria-label='Change this text']");
    await insertText(".o-whatsapp-Pending textarea", "First", { replace: true });
    await click(".o-whatsapp-Pending button:contains(Save)");
    await expect.waitForSteps(["edit 5 First"]);
    await contains(".o-whatsapp-Pending-row", { text: "FirstBea" });
    await click("[aria-label='Do not send this']");
    await expect.waitForSteps(["cancel 5"]);
    await contains(".o-whatsapp-Pending-row", { count: 0 });
});

test("drafts survive a reload, for each user and kind", async () => {
    const { channelId } = await openConversation();
    await insertText(INPUT, "Half a sentence");
    await click(mode("note"));
    await animationFrame();
    await contains(INPUT, { value: "" });
    await insertText(INPUT, "Half a note");
    window.dispatchEvent(new Event("beforeunload"));
    const key = `whatsapp.draft/${serverState.userId}/${channelId}`;
    expect(JSON.parse(browser.localStorage.getItem(`${key}/customer`)).text).toBe(
        "Half a sentence",
    );
    expect(JSON.parse(browser.localStorage.getItem(`${key}/note`)).text).toBe("Half a note");
});

test("files are on this page only: it asks before it is left", async () => {
    const { channelId } = await openConversation();
    const isAsking = () => threadOf(channelId).store.isWhatsappOnlyHere;
    await insertText(INPUT, "Half a sentence");
    expect(isAsking()).toBe(false);
    await inputFiles(".o-mail-Composer .o_input_file", [new File(["x"], "offer.pdf")]);
    await contains(".o-mail-AttachmentContainer:not(.o-isUploading)");
    expect(isAsking()).toBe(true);
    await click(mode("note"));
    await contains(".o-mail-AttachmentContainer", { count: 0 });
    expect(isAsking()).toBe(true);
    await click(mode("reply"));
    await click(".o-mail-AttachmentContainer [title='Remove']");
    await contains(".o-mail-AttachmentContainer", { count: 0 });
    expect(isAsking()).toBe(false);
});

test("a draft of before is brought back", async () => {
    const { channelId } = await createConversation();
    const key = `whatsapp.draft/${serverState.userId}/${channelId}/customer`;
    browser.localStorage.setItem(key, JSON.stringify({ text: "From yesterday", at: Date.now() }));
    await start();
    await openDiscuss(channelId);
    await contains(INPUT, { value: "From yesterday" });
});

test("a draft outlasts a visit while the window is closed", async () => {
    const { channelId } = await createConversation({ window_expires_at: fromNow({ hours: -1 }) });
    const key = `whatsapp.draft/${serverState.userId}/${channelId}/customer`;
    browser.localStorage.setItem(key, JSON.stringify({ text: "From yesterday", at: Date.now() }));
    await start();
    await openDiscuss(channelId);
    await contains(".o-whatsapp-TemplatePicker");
    await click(mode("note"));
    await contains(`${INPUT}[placeholder^='Note']`);
    await click(mode("later"));
    await contains(`${INPUT}[placeholder^='Sent as soon']`, { value: "From yesterday" });
});

test("a colleague's answer is shown before one's own is sent", async () => {
    recordPosts();
    const { channelId, pyEnv } = await openConversation();
    const beaId = pyEnv["res.partner"].create({ name: "Bea" });
    await insertText(INPUT, "It comes tomorrow");
    const messageId = createMessage(pyEnv, channelId, "It comes today", {
        authorId: beaId,
        status: { state: "sent" },
    });
    getService("mail.store").insert({
        "mail.message": [
            {
                id: messageId,
                author_id: { id: beaId, name: "Bea" },
                body: ["markup", "<p>It comes today</p>"],
                message_type: "comment",
                model: "discuss.channel",
                res_id: channelId,
                thread: { id: channelId, model: "discuss.channel" },
                whatsapp_status: { id: 77, state: "sent" },
            },
        ],
    });
    threadOf(channelId).addOrReplaceMessage(
        getService("mail.store")["mail.message"].get(messageId),
    );
    await press("Enter");
    await contains(".modal:contains(Bea has answered meanwhile):contains(It comes today)");
    expect.verifySteps([]);
    await click(".modal .btn-secondary");
    await expect.waitForSteps(["mail.mt_comment: It comes tomorrow"]);
});

test("colleagues can be called in notes only", async () => {
    const { channelId } = await openConversation();
    await contains(INPUT);
    const signs = () =>
        getService("mail.suggestion")
            .getSupportedDelimiters(threadOf(channelId))
            .map(([sign]) => sign);
    expect(signs()).not.toInclude("@");
    await click(mode("note"));
    expect(signs()).toInclude("@");
    expect(signs()).not.toInclude("#");
});

test("only what is written to the customer tells them that somebody types", async () => {
    onRpc("/discuss/channel/notify_typing", async (request) => {
        const { params } = await request.json();
        if (params.is_typing) {
            expect.step("typing");
        }
    });
    await openConversation();
    await click(mode("note"));
    await insertText(INPUT, "Among us");
    expect.verifySteps([]);
    await click(mode("reply"));
    await animationFrame();
    await contains(INPUT, { value: "" });
    await insertText(INPUT, "To you");
    await expect.waitForSteps(["typing"]);
});

test("a variable without a value is not sent", async () => {
    recordPosts();
    await openConversation();
    await insertText(INPUT, "Your order {{order}} is here");
    await press("Enter");
    await contains(".o_notification:contains({{order}})");
    await contains(INPUT, { value: "Your order {{order}} is here" });
    expect.verifySteps([]);
});

test("marks are set around what is selected and taken away again", () => {
    expect(toggleMark("a word here", 2, 6, "*")).toEqual({
        text: "a *word* here",
        start: 3,
        end: 7,
    });
    expect(toggleMark("a *word* here", 3, 7, "*")).toEqual({
        text: "a word here",
        start: 2,
        end: 6,
    });
    expect(toggleMark("a *word* here", 2, 8, "*")).toEqual({
        text: "a word here",
        start: 2,
        end: 6,
    });
    expect(toggleMark("a word here", 1, 7, "_")).toEqual({
        text: "a _word_ here",
        start: 3,
        end: 7,
    });
    expect(toggleMark("", 0, 0, "```")).toEqual({ text: "``````", start: 3, end: 3 });
});

test("what is in double braces is left over", () => {
    expect(leftOver("{{order}} for {{ customer name }}")).toEqual([
        "{{order}}",
        "{{ customer name }}",
    ]);
    expect(leftOver("{one} brace")).toEqual([]);
});
