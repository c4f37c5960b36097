import { click, contains, openDiscuss, start } from "@mail/../tests/mail_test_helpers";

import { describe, expect, test } from "@odoo/hoot";
import { queryAll, queryOne } from "@odoo/hoot-dom";

import { onRpc, serverState } from "@web/../tests/web_test_helpers";

import {
    createConversation,
    createMessage,
    defineWhatsappModels,
    fromNow,
} from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

async function openWithStatus(status, values) {
    const { channelId, pyEnv } = await createConversation(values);
    const messageId = createMessage(pyEnv, channelId, "Good morning", { status });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message", { text: "Good morning" });
    return { channelId, messageId, pyEnv };
}

for (const { state, label, drawing, count } of [
    { state: "queued", label: "Waiting to be sent", drawing: ".fa-clock-o", count: 1 },
    { state: "sending", label: "Being sent", drawing: ".fa-clock-o", count: 1 },
    { state: "accepted", label: "Sent", drawing: "svg path", count: 1 },
    { state: "sent", label: "Sent", drawing: "svg path", count: 1 },
    { state: "delivered", label: "Delivered", drawing: "svg path", count: 2 },
    { state: "read", label: "Read", drawing: "svg path", count: 2 },
    { state: "cancelled", label: "Cancelled", drawing: ".fa-ban", count: 1 },
]) {
    test(`a message that is ${state} shows it, in words as well`, async () => {
        await openWithStatus({ state });
        await contains(`.o-whatsapp-Ticks[data-state='${state}'] [role='img']`);
        expect(".o-whatsapp-Ticks [role='img']").toHaveAttribute("aria-label", label);
        expect(queryAll(`.o-whatsapp-Ticks ${drawing}`)).toHaveLength(count);
        expect(".o-whatsapp-Ticks-problem").toHaveCount(0);
    });
}

test("only a read message has the colour of reading", async () => {
    const { channelId, messageId, pyEnv } = await openWithStatus({ state: "delivered" });
    const before = getComputedStyle(queryOne(".o-whatsapp-Ticks")).color;
    pyEnv["bus.bus"]._sendone(pyEnv["discuss.channel"].browse(channelId)[0], "mail.record/insert", {
        "mail.message": [
            {
                id: messageId,
                whatsapp_status: { id: 77, state: "read", at: "2026-03-01 10:00:00" },
            },
        ],
    });
    await contains(".o-whatsapp-Ticks[data-state='read']");
    expect(getComputedStyle(queryOne(".o-whatsapp-Ticks")).color).not.toBe(before);
});

test("messages of the customer and notes have no ticks", async () => {
    const { channelId, partnerId, pyEnv } = await createConversation();
    createMessage(pyEnv, channelId, "From the customer", { authorId: partnerId });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message", { text: "From the customer" });
    expect(".o-whatsapp-Ticks").toHaveCount(0);
});

test("a failed message says what happened and what to do, and can be sent again", async () => {
    onRpc("whatsapp.chat.message", "action_retry", ({ args }) => {
        expect.step(`retry ${args[0]}`);
        return true;
    });
    await openWithStatus({
        id: 42,
        state: "failed",
        code: 131026,
        title: "Not on WhatsApp",
        remedy: "Check the number.",
    });
    await click(".o-whatsapp-Ticks-problem", { text: "Not sent" });
    await contains(".o-whatsapp-Problem", { text: "Not on WhatsApp" });
    await contains(".o-whatsapp-Problem", { text: "Check the number." });
    await click(".o-whatsapp-Problem-retry", { text: "Send again" });
    await expect.waitForSteps(["retry 42"]);
    await contains(".o-whatsapp-Problem", { count: 0 });
});

test("what failed because the window is closed is not offered for another failure", async () => {
    await openWithStatus(
        { state: "failed", code: 131047, title: "24 hours have passed" },
        { window_expires_at: fromNow({ hours: -1 }) },
    );
    await click(".o-whatsapp-Ticks-problem");
    await contains(".o-whatsapp-Problem", { text: "24 hours have passed" });
    expect(".o-whatsapp-Problem-retry").toHaveCount(0);
});

test("an unclear message warns that sending again may double it", async () => {
    await openWithStatus({ state: "uncertain" });
    await contains(".o-whatsapp-tone-warning[data-state='uncertain']");
    await click(".o-whatsapp-Ticks-problem");
    await contains(".o-whatsapp-Problem:contains(twice)");
});

for (const state of ["queued", "held"]) {
    test(`a ${state} message with a passing problem can be asked about, but not sent again`, async () => {
        await openWithStatus({
            state,
            title: "Too many messages",
            remedy: "It is tried again by itself.",
        });
        await click(".o-whatsapp-Ticks-problem");
        await contains(".o-whatsapp-Problem", { text: "It is tried again by itself." });
        expect(".o-whatsapp-Problem-retry").toHaveCount(0);
    });
}

test("a sent message offers neither edit nor delete, but an answer and a reaction", async () => {
    await openWithStatus({ state: "sent" });
    await click(".o-mail-Message [title='Expand']");
    await contains(".o-dropdown-item", { text: "Copy Link" });
    expect(".o-dropdown-item:contains(Delete)").toHaveCount(0);
    expect(".o-dropdown-item:contains(Edit)").toHaveCount(0);
    expect(".o-mail-Message [title='Add a Reaction']").toHaveCount(1);
});

test("what any of us sent is green, what came in is blue", async () => {
    const { channelId, partnerId, pyEnv } = await createConversation();
    const colleagueId = pyEnv["res.partner"].create({ name: "Bea" });
    createMessage(pyEnv, channelId, "From a colleague", {
        authorId: colleagueId,
        status: { state: "read" },
    });
    createMessage(pyEnv, channelId, "From the customer", { authorId: partnerId });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message:contains(From a colleague) .o-mail-Message-bubble.o-green");
    await contains(".o-mail-Message:contains(From the customer) .o-mail-Message-bubble.o-blue");
    expect(serverState.partnerId).not.toBe(colleagueId);
});
