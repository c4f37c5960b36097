import { click, contains, openDiscuss, start, startServer } from "@mail/../tests/mail_test_helpers";

import { describe, expect, test } from "@odoo/hoot";
import { queryAll, queryOne } from "@odoo/hoot-dom";

import { getService, onRpc, patchWithCleanup, serverState } from "@web/../tests/web_test_helpers";

import { createConversation, createMessage, defineWhatsappModels } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

/** Open a conversation in which the customer has sent one message. */
async function openWith(content, { body = "In words", attachment } = {}) {
    const { channelId, partnerId, pyEnv } = await createConversation();
    const attachmentIds = attachment
        ? [
              pyEnv["ir.attachment"].create({
                  res_model: "discuss.channel",
                  res_id: channelId,
                  ...attachment,
              }),
          ]
        : [];
    const messageId = createMessage(pyEnv, channelId, body, {
        attachmentIds,
        authorId: partnerId,
        content: content && { row: 42, ...content },
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message");
    return { channelId, messageId, pyEnv };
}

function change(pyEnv, channelId, messageId, whatsapp_content) {
    pyEnv["bus.bus"]._sendone(pyEnv["discuss.channel"].browse(channelId)[0], "mail.record/insert", {
        "mail.message": [{ id: messageId, whatsapp_content }],
    });
}

test("a plain text has no card", async () => {
    await openWith(false, { body: "Hello" });
    await contains(".o-mail-Message-body", { text: "Hello" });
    expect(".o-whatsapp-Card, .o-whatsapp-mark").toHaveCount(0);
});

test("a location is a card that opens the map, and asks no map server by itself", async () => {
    await openWith({
        kind: "location",
        replaces_body: true,
        card: {
            latitude: 52.5,
            longitude: 13.4,
            name: "Shop",
            address: "Street 1",
            url: "https://www.openstreetmap.org/?mlat=52.5",
        },
    });
    await contains("a.o-whatsapp-Location[rel='noopener noreferrer']", { text: "Shop" });
    await contains(".o-whatsapp-Location", { text: "52.50000, 13.40000" });
    expect(".o-whatsapp-Location img, .o-whatsapp-Location iframe").toHaveCount(0);
    expect(".o-mail-Message-richBody").toHaveCount(0);
});

test("a cart is a table with a total", async () => {
    await openWith({
        kind: "order",
        replaces_body: true,
        card: {
            note: "today please",
            currency: "EUR",
            total: 20,
            lines: [
                { code: "A", name: "Shoe", quantity: 2, price: 9.5, currency: "EUR" },
                { code: "B", name: "Sock", quantity: 1, price: 1, currency: "EUR" },
            ],
        },
    });
    await contains(".o-whatsapp-Order tbody tr", { count: 2 });
    await contains(".o-whatsapp-Order tfoot", { text: "Total€20.00" });
    await contains(".o-whatsapp-Order", { text: "today please" });
});

test("a currency that nobody knows is shown as it came", async () => {
    await openWith({
        kind: "order",
        replaces_body: true,
        card: {
            note: "",
            currency: "<b>",
            total: 2,
            lines: [{ code: "A", name: "A", quantity: 1, price: 2, currency: "<b>" }],
        },
    });
    await contains(".o-whatsapp-Order tfoot", { text: "Total2 <b>" });
});

test("a form is a table of what was filled in", async () => {
    await openWith({
        kind: "flow",
        replaces_body: true,
        card: { title: "Booking", rows: [{ label: "Date", value: "1 October" }] },
    });
    await contains(".o-whatsapp-Form th", { text: "Date" });
    await contains(".o-whatsapp-Form td", { text: "1 October" });
});

test("who is on a contact card is one click away from being a customer", async () => {
    onRpc("whatsapp.chat.message", "contact_card_partners", () => [7, false]);
    onRpc("whatsapp.chat.message", "action_open_card_partner", ({ args }) => {
        expect.step(`open ${args[0]} ${args[1]}`);
        return { type: "ir.actions.act_window", res_model: "res.partner", target: "new" };
    });
    await openWith({
        kind: "contacts",
        replaces_body: true,
        card: {
            is_own: false,
            people: [
                { name: "Bob", organisation: "Acme", phones: ["+1 555"], emails: [] },
                { name: "Eve", organisation: false, phones: [], emails: ["eve@example.com"] },
            ],
        },
    });
    await contains(".o-whatsapp-People-person", { count: 2 });
    await contains("button", { text: "Open customer" });
    patchWithCleanup(getService("action"), {
        doAction: (action) => expect.step(action.res_model),
    });
    await click("button", { text: "Create customer" });
    await expect.waitForSteps(["open 42 1", "res.partner"]);
});

test("who is no agent is offered nothing", async () => {
    const pyEnv = await startServer();
    pyEnv["res.users"].write([serverState.userId], { has_whatsapp: false });
    await openWith({
        kind: "contacts",
        replaces_body: true,
        card: {
            is_own: true,
            people: [{ name: "Bob", organisation: false, phones: [], emails: [] }],
        },
    });
    await contains(".o-whatsapp-mark", { text: "Shared their own contact" });
    expect(".o-whatsapp-People button").toHaveCount(0);
});

test("an answer says that it is one, and to what", async () => {
    await openWith(
        { kind: "button", answer: "button", quote: { text: "Shall we?", is_ours: true } },
        { body: "Yes" },
    );
    await contains(".o-whatsapp-mark", { text: "Button" });
    await contains(".o-whatsapp-Quote", { text: "Shall we?" });
    await contains(".o-mail-Message-richBody", { text: "Yes" });
});

test("a quote of something unknown is said to be unknown", async () => {
    await openWith({ kind: "text", quote: { text: false, is_ours: false } });
    await contains(".o-whatsapp-Quote", { text: "Answers a message that is not here" });
});

test("an ad, a forwarded message, an article", async () => {
    await openWith({
        kind: "text",
        forwarded: "often",
        product: "SKU-1",
        referral: { headline: "50% off", body: "Chat", type: "ad", url: "https://fb.me/x" },
    });
    await contains(".o-whatsapp-Referral", { text: "50% off" });
    await contains(".o-whatsapp-Referral a[href='https://fb.me/x']");
    await contains(".o-whatsapp-mark", { text: "Forwarded many times" });
    await contains(".o-whatsapp-mark", { text: "About the article SKU-1" });
});

test("an edited message shows what it said before to who asks", async () => {
    await openWith(
        {
            kind: "text",
            edits: [
                { text: "Blue please", at: "2026-03-01 10:00:00" },
                { text: "Green please", at: "2026-03-01 10:01:00" },
            ],
        },
        { body: "Red please" },
    );
    await contains(".o-mail-Message-richBody", { text: "Red please" });
    expect(".o-whatsapp-Edited-versions").toHaveCount(0);
    await click(".o-whatsapp-Edited button", { text: "Edited" });
    await contains(".o-whatsapp-Edited-text", { count: 2 });
    expect(queryAll(".o-whatsapp-Edited-text").map((el) => el.textContent)).toEqual([
        "Green please",
        "Blue please",
    ]);
});

test("a deleted message says so and shows nothing else", async () => {
    await openWith({ kind: "text", replaces_body: true, deleted: "customer" });
    await contains(".o-whatsapp-Deleted", { text: "Deleted by the customer" });
    expect(".o-mail-Message-richBody").toHaveCount(0);
});

test("a file that is under way is waited for, and shown live when it is there", async () => {
    const { channelId, messageId, pyEnv } = await openWith({
        kind: "image",
        replaces_body: true,
        media: { state: "pending", reason: false, can_retry: false },
    });
    await contains(".o-whatsapp-Media [role='status']", { text: "Loading photo …" });
    change(pyEnv, channelId, messageId, { row: 42, kind: "image", replaces_body: true });
    await contains(".o-whatsapp-Media", { count: 0 });
    expect(".o-mail-Message-richBody").toHaveCount(0);
});

test("a file that failed says why, is fetched again, or asked for", async () => {
    onRpc("whatsapp.chat.message", "action_fetch_again", ({ args }) => {
        expect.step(`fetch ${args[0]}`);
        return true;
    });
    await openWith({
        kind: "document",
        replaces_body: true,
        media: { state: "failed", reason: "The file arrived damaged.", can_retry: true },
    });
    await contains(".o-whatsapp-Media", { text: "The file arrived damaged." });
    await click("button", { text: "Fetch again" });
    await expect.waitForSteps(["fetch 42"]);
    await click("button", { text: "Ask to send it again" });
    await contains(".o-mail-Composer-input", {
        value: "We could not open the file that you sent. Could you please send it again?",
    });
});

test("what was refused is not offered to be fetched", async () => {
    await openWith({
        kind: "document",
        replaces_body: true,
        media: { state: "refused", reason: "A virus was found.", can_retry: false },
    });
    await contains(".o-whatsapp-Media", { text: "A virus was found." });
    expect("button:contains(Fetch again)").toHaveCount(0);
});

test("a sticker has no frame", async () => {
    await openWith(
        { kind: "sticker", replaces_body: true },
        { attachment: { name: "s.webp", mimetype: "image/webp" } },
    );
    await contains(".o-whatsapp-sticker .o-mail-AttachmentImage");
    expect(
        getComputedStyle(queryOne(".o-whatsapp-sticker .o-mail-AttachmentContainer"))
            .borderTopWidth,
    ).toBe("0px");
    expect(".o-mail-Message-richBody").toHaveCount(0);
});

test("a film is played where it stands; a document says how big it is", async () => {
    const { channelId, pyEnv } = await openWith(
        { kind: "video", replaces_body: true },
        { attachment: { name: "film.mp4", mimetype: "video/mp4" } },
    );
    const [attachment] = pyEnv["ir.attachment"].search([["name", "=", "film.mp4"]]);
    pyEnv["bus.bus"]._sendone(pyEnv["discuss.channel"].browse(channelId)[0], "mail.record/insert", {
        "ir.attachment": [{ id: attachment, file_size: 2048 }],
    });
    await contains("video.o-whatsapp-AttachmentPlayer[controls]");
    await contains(".o-whatsapp-AttachmentSize", { text: "2.00 Kb" });
});
