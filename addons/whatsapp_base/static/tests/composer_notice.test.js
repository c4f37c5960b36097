import { click, contains, openDiscuss, start } from "@mail/../tests/mail_test_helpers";

import { advanceTime, describe, expect, mockDate, test } from "@odoo/hoot";

import { getService, onRpc, serverState } from "@web/../tests/web_test_helpers";

import {
    changeConversation,
    createConversation,
    defineWhatsappModels,
    fromNow,
} from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

const MINUTE = 60 * 1000;

test("in an open window of one's own conversation there is nothing but the composer", async () => {
    const { channelId } = await createConversation();
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Composer-input[placeholder='Message to Ana Ruiz on WhatsApp']");
    expect(".o-whatsapp-ComposerNotice").toHaveCount(0);
});

test("a closed window says who, since when and what to do, and templates take the place of the text field", async () => {
    mockDate("2026-03-10 12:00:00", 0);
    const { channelId } = await createConversation({
        last_inbound_at: "2026-03-08 09:30:00",
        window_expires_at: "2026-03-09 09:30:00",
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-whatsapp-ComposerNotice", { text: "The 24 hours to reply have passed" });
    await contains(".o-whatsapp-ComposerNotice:contains(Ana Ruiz last wrote on Mar 8, 2026)");
    await contains(".o-whatsapp-ComposerNotice:contains(approved templates only)");
    await contains(".o-whatsapp-TemplatePicker");
    expect(".o-mail-Composer").toHaveCount(0);
});

test("the composer comes back when the customer writes again", async () => {
    const { channelId, pyEnv } = await createConversation({
        window_expires_at: fromNow({ minutes: -1 }),
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-whatsapp-ComposerNotice.o-closed");
    changeConversation(pyEnv, channelId, { window_expires_at: fromNow({ hours: 24 }) });
    await contains(".o-mail-Composer-input");
    expect(".o-whatsapp-ComposerNotice").toHaveCount(0);
});

test("the last two hours are counted down, and the composer closes by itself", async () => {
    mockDate("2026-03-10 12:00:00", 0);
    const { channelId } = await createConversation({ window_expires_at: "2026-03-10 14:01:00" });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Composer-input");
    expect(".o-whatsapp-ComposerNotice").toHaveCount(0);
    await advanceTime(MINUTE);
    await contains(".o-whatsapp-ComposerNotice-countdown", { text: "2 h 0 min left to reply" });
    await advanceTime(48 * MINUTE);
    await contains(".o-whatsapp-ComposerNotice-countdown", { text: "1 h 12 min left to reply" });
    await advanceTime(50 * MINUTE);
    await contains(".o-whatsapp-ComposerNotice-countdown.o-urgent", {
        text: "22 min left to reply",
    });
    await contains(".o-mail-Composer-input");
    await advanceTime(22 * MINUTE);
    await contains(".o-whatsapp-ComposerNotice.o-closed");
    expect(".o-mail-Composer").toHaveCount(0);
});

test("a customer who never wrote can be reached with a template only", async () => {
    const { channelId } = await createConversation({
        last_inbound_at: false,
        window_expires_at: false,
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-whatsapp-ComposerNotice", { text: "Ana Ruiz has not written to you yet" });
    expect(".o-mail-Composer").toHaveCount(0);
});

test("colleagues without the role can read, not write", async () => {
    const { channelId, pyEnv } = await createConversation();
    pyEnv["res.users"].write([serverState.userId], { has_whatsapp: false });
    await start();
    await openDiscuss(channelId);
    await contains(".o-whatsapp-ComposerNotice", {
        text: "Only WhatsApp agents can write to customers",
    });
    await contains(".o-mail-Composer-input[placeholder^='Note to colleagues']");
    expect(".o-whatsapp-ComposerBar-mode").toHaveCount(1);
    expect("button[name='whatsapp-resolve']").toHaveCount(0);
});

test("nothing can be written to blocked people", async () => {
    const { channelId } = await createConversation({ blocked: true });
    await start();
    await openDiscuss(channelId);
    await contains(".o-whatsapp-ComposerNotice", { text: "Ana Ruiz is blocked" });
    await contains(".o-mail-Composer-input[placeholder^='Note to colleagues']");
    expect(".o-whatsapp-ComposerBar-mode").toHaveCount(1);
});

test("blocking is asked for first, and says what WhatsApp made of it", async () => {
    const answer = (message) => ({
        type: "ir.actions.client",
        tag: "display_notification",
        params: { title: "Done", message, type: "warning" },
    });
    onRpc("whatsapp.conversation", "action_block", ({ args }) => {
        expect.step(`block ${args[0]}`);
        return answer("Blocked in Odoo only");
    });
    onRpc("whatsapp.conversation", "action_unblock", ({ args }) => {
        expect.step(`unblock ${args[0]}`);
        return answer("Ana Ruiz");
    });
    const { channelId, pyEnv } = await createConversation();
    await start();
    await openDiscuss(channelId);
    await click("button[name='whatsapp-block']");
    await contains(".modal", { text: "Block Ana Ruiz?" });
    await click(".modal .btn-secondary");
    await contains(".modal", { count: 0 });
    await click("button[name='whatsapp-block']");
    await click(".modal .btn-danger");
    await expect.waitForSteps([`block ${channelId}`]);
    await contains(".o_notification:contains('Blocked in Odoo only')");
    changeConversation(pyEnv, channelId, { blocked: true });
    await contains("button[name='whatsapp-block']", { count: 0 });
    await click("button[name='whatsapp-unblock']");
    await expect.waitForSteps([`unblock ${channelId}`]);
});

test("an unassigned conversation can be taken, from the notice and the header", async () => {
    onRpc("whatsapp.conversation", "action_assign_to_me", ({ args }) => {
        expect.step(`take ${args[0]}`);
        return true;
    });
    const { channelId, pyEnv } = await createConversation({}, { isMine: false });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Composer-input");
    await click(".o-whatsapp-ComposerNotice-take");
    await expect.waitForSteps([`take ${channelId}`]);
    await click("button[name='whatsapp-take']");
    await expect.waitForSteps([`take ${channelId}`]);
    changeConversation(pyEnv, channelId, { agent_id: serverState.partnerId });
    await contains("button[name='whatsapp-take']", { count: 0 });
    expect(".o-whatsapp-ComposerNotice").toHaveCount(0);
});

test("a colleague's conversation says whose it is", async () => {
    const { channelId, pyEnv } = await createConversation();
    const beaId = pyEnv["res.partner"].create({ name: "Bea" });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Composer-input");
    changeConversation(pyEnv, channelId, { agent_id: { id: beaId, name: "Bea" } });
    await contains(".o-whatsapp-ComposerNotice", { text: "Bea takes care of this conversation." });
    await contains(".o-mail-Composer-input");
});

test("resolving asks the server; what is resolved can be opened again", async () => {
    onRpc(
        "whatsapp.conversation",
        "action_resolve",
        ({ args }) => expect.step(`resolve ${args[0]}`) || true,
    );
    onRpc(
        "whatsapp.conversation",
        "action_reopen",
        ({ args }) => expect.step(`reopen ${args[0]}`) || true,
    );
    const { channelId, pyEnv } = await createConversation();
    await start();
    await openDiscuss(channelId);
    await click("button[name='whatsapp-resolve']");
    await expect.waitForSteps([`resolve ${channelId}`]);
    changeConversation(pyEnv, channelId, { state: "resolved" });
    await click("button[name='whatsapp-reopen']");
    await expect.waitForSteps([`reopen ${channelId}`]);
});

test("resolving in Discuss can be undone, as in the inbox", async () => {
    onRpc("whatsapp.conversation", "action_resolve", () => true);
    onRpc("whatsapp.conversation", "inbox_bulk", ({ args }) => {
        expect.step(`${args[0]} ${args[1]}`);
        return { ids: args[1] };
    });
    const { channelId, pyEnv } = await createConversation();
    const otherId = pyEnv["discuss.channel"].create({ name: "general", channel_type: "channel" });
    await start();
    await openDiscuss(channelId);
    await click("button[name='whatsapp-resolve']");
    await contains(".o_notification", { text: "Resolved." });
    await openDiscuss(otherId);
    await contains(".o-mail-DiscussContent-threadName[title='general']");
    await click(".o_notification_buttons button", { text: "Undo" });
    await expect.waitForSteps([`reopen ${channelId}`]);
    await contains(".o-mail-DiscussContent-threadName[title='Ana Ruiz']");
    await contains(".o_notification", { count: 0 });
});

test("neither colleagues nor channels nor commands can be called in what the customer reads", async () => {
    const { channelId, pyEnv } = await createConversation();
    const generalId = pyEnv["discuss.channel"].create({ name: "general", channel_type: "channel" });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Composer-input");
    const signs = (id) => {
        const thread = getService("mail.store").Thread.get({ model: "discuss.channel", id });
        return getService("mail.suggestion")
            .getSupportedDelimiters(thread)
            .map(([sign]) => sign);
    };
    expect(signs(generalId)).toInclude("@");
    for (const sign of ["@", "#", "/"]) {
        expect(signs(channelId)).not.toInclude(sign);
    }
    expect(signs(channelId)).toInclude("::");
});

test("who came from an ad is free of charge for longer than free text is allowed, and both are said", async () => {
    mockDate("2026-03-10 12:00:00", 0);
    const { channelId, pyEnv } = await createConversation({
        free_until: "2026-03-12 12:00:00",
        window_expires_at: "2026-03-10 13:00:00",
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-whatsapp-ComposerNotice-countdown", { text: "1 h 0 min left to reply" });
    await contains(".o-whatsapp-ComposerNotice-free:contains(Mar 12, 2026)");
    await advanceTime(60 * MINUTE);
    await contains(".o-whatsapp-ComposerNotice.o-closed");
    await contains(".o-whatsapp-ComposerNotice-free");
    changeConversation(pyEnv, channelId, { free_until: "2026-03-10 12:30:00" });
    await contains(".o-whatsapp-ComposerNotice-free", { count: 0 });
});

for (const offset of [-11, 0, 5.5, 14]) {
    test(`the window closes at its very minute, also at UTC${offset < 0 ? "" : "+"}${offset}`, async () => {
        mockDate("2026-03-10 12:00:00", offset);
        const { DateTime } = luxon;
        const end = DateTime.now().plus({ seconds: 61 });
        const { channelId } = await createConversation({
            window_expires_at: end.toUTC().toFormat("yyyy-MM-dd HH:mm:ss"),
        });
        await start();
        await openDiscuss(channelId);
        await contains(".o-whatsapp-ComposerNotice-countdown", { text: "2 min left to reply" });
        await advanceTime(2000);
        await contains(".o-whatsapp-ComposerNotice-countdown", { text: "1 min left to reply" });
        await contains(".o-mail-Composer-input");
        await advanceTime(60 * 1000);
        await contains(".o-whatsapp-ComposerNotice.o-closed");
        expect(".o-mail-Composer").toHaveCount(0);
    });
}
