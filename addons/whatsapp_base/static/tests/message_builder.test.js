import { click, contains, insertText, openDiscuss, start } from "@mail/../tests/mail_test_helpers";

import { describe, expect, test } from "@odoo/hoot";
import { animationFrame, press } from "@odoo/hoot-dom";
import { readCoordinates } from "@whatsapp_base/message_builder/builder_kinds";

import { onRpc } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";

import { createConversation, defineWhatsappModels } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

const BUILDER = ".o-whatsapp-MessageBuilder";

/** The server, as far as the builder asks it: shows the body, misses buttons without a label. */
function mockServer({ catalogId = "", problemOf = () => false } = {}) {
    onRpc("whatsapp.conversation", "builder_settings", () => ({
        catalog_id: catalogId,
        can_search_products: false,
    }));
    onRpc("whatsapp.conversation", "builder_preview", ({ args: [, kind, values] }) => ({
        phone: {
            business: "Acme",
            rtl: false,
            header: null,
            body: values.body ?? "",
            footer: "",
            offer: null,
            buttons: (values.buttons ?? []).map(({ title }) => ({
                kind: "QUICK_REPLY",
                label: title,
                value: "",
            })),
            cards: [],
            sections: [],
        },
        problem: problemOf(kind, values),
    }));
}

async function openBuilder() {
    await click(".o-whatsapp-ComposerBar [data-action='builder']");
    await contains(BUILDER);
}

async function startBuilder(values) {
    const conversation = await createConversation(values);
    await start();
    await openDiscuss(conversation.channelId);
    await contains(".o-mail-Composer-input");
    await openBuilder();
    return conversation;
}

test("a message with buttons is shown as it will look, and sent", async () => {
    browser.sessionStorage.clear();
    mockServer();
    onRpc("whatsapp.conversation", "send_message", ({ args: [ids, kind, values], kwargs }) => {
        expect.step([ids[0], kind, values.body, values.buttons.map(({ title }) => title)]);
        expect(kwargs.once).toMatch(/^builder-/);
        return { id: 1, uuid: "a", state: "queued" };
    });
    const { channelId } = await startBuilder();
    await insertText(`${BUILDER} textarea`, "Shall we deliver?");
    await insertText(`${BUILDER}-buttons input`, "Yes");
    await click(`${BUILDER}-addButton`);
    await contains(`${BUILDER}-buttons input`, { count: 2 });
    await contains(".o-whatsapp-Phone-body", { text: "Shall we deliver?" });
    await contains(".o-whatsapp-Phone-button", { text: "Yes" });
    await click(`${BUILDER}-send`);
    await expect.waitForSteps([[channelId, "buttons", "Shall we deliver?", ["Yes"]]]);
    await contains(BUILDER, { count: 0 });
});

test("there are never more than three answers", async () => {
    browser.sessionStorage.clear();
    mockServer();
    await startBuilder();
    await click(`${BUILDER}-addButton`);
    await contains(`${BUILDER}-buttons input`, { count: 2 });
    await click(`${BUILDER}-addButton`);
    await contains(`${BUILDER}-buttons input`, { count: 3 });
    expect(`${BUILDER}-addButton`).toHaveCount(0);
});

test("what WhatsApp allows is counted down; emojis count as one", async () => {
    browser.sessionStorage.clear();
    mockServer();
    await startBuilder();
    await insertText(`${BUILDER}-buttons input`, "12345678901234567 😀");
    await contains(`${BUILDER}-buttons .o-whatsapp-CountedInput-left`, { text: "1" });
    await insertText(`${BUILDER}-buttons input`, "ab");
    await contains(`${BUILDER}-buttons .o-whatsapp-CountedInput-left.text-danger`, { text: "-1" });
    await contains(`${BUILDER}-buttons input.is-invalid`);
});

test("what is missing is said when one tries to send, with the remedy, and nothing leaves", async () => {
    browser.sessionStorage.clear();
    mockServer({
        problemOf: (kind, { body }) =>
            !body && {
                field: "body",
                text: "The message is empty. Enter some text.",
            },
    });
    onRpc("whatsapp.conversation", "send_message", () => expect.step("sent"));
    await startBuilder();
    expect(".o-whatsapp-CountedInput-problem").toHaveCount(0);
    await click(`${BUILDER}-send`);
    await contains(".o-whatsapp-CountedInput-problem", {
        text: "The message is empty. Enter some text.",
    });
    await insertText(`${BUILDER} textarea`, "Hello");
    await contains(".o-whatsapp-CountedInput-problem", { count: 0 });
    expect.verifySteps([]);
});

test("what the server refuses is said in the dialog, and the message stays", async () => {
    browser.sessionStorage.clear();
    mockServer();
    onRpc("whatsapp.conversation", "send_message", () => {
        throw new Error("no route");
    });
    await startBuilder();
    expect.errors(0);
    await insertText(`${BUILDER} textarea`, "Hello");
    await click(`${BUILDER}-send`);
    await contains(`${BUILDER}-problem`);
    await contains(`${BUILDER} textarea:value('Hello')`);
});

test("a dialog that was closed by mistake comes back with what was written", async () => {
    browser.sessionStorage.clear();
    mockServer();
    await startBuilder();
    await click(`${BUILDER}-kind[data-kind='link']`);
    await contains(`${BUILDER}-kind.active[data-kind='link']`);
    await insertText(`${BUILDER} textarea`, "Track your parcel");
    await animationFrame();
    await press("Escape");
    await contains(BUILDER, { count: 0 });
    await openBuilder();
    await contains(`${BUILDER}-kind.active[data-kind='link']`);
    await contains(`${BUILDER} textarea:value('Track your parcel')`);
});

test("items need a catalogue, and it is said where it is entered", async () => {
    browser.sessionStorage.clear();
    mockServer();
    await startBuilder();
    await click(`${BUILDER}-kind[data-kind='catalog']`);
    await contains(`${BUILDER}-noCatalog`, { text: "Catalogue ID" });
    expect(`${BUILDER}-send`).toHaveAttribute("disabled");
});

test("where nothing can be written there is no builder", async () => {
    const { channelId, pyEnv } = await createConversation();
    const generalId = pyEnv["discuss.channel"].create({ name: "general", channel_type: "channel" });
    await start();
    await openDiscuss(generalId);
    await click("button[title='More Actions']");
    await contains("[name='upload-files']");
    expect("[data-action='builder']").toHaveCount(0);
    expect(channelId).not.toBe(generalId);
});

test("a place is read from coordinates and from addresses of maps", () => {
    const madrid = { latitude: 40.4168, longitude: -3.7038 };
    for (const text of [
        "40.4168, -3.7038",
        "40.4168 -3.7038",
        "https://www.google.com/maps/@40.4168,-3.7038,15z",
        "https://maps.google.com/?q=40.4168,-3.7038",
        "https://www.openstreetmap.org/#map=16/40.4168/-3.7038",
        "https://maps.google.com/?q=40.4168%2C-3.7038",
    ]) {
        expect(readCoordinates(text)).toEqual(madrid, { message: text });
    }
    expect(readCoordinates("Calle Mayor 1")).toBe(undefined);
    expect(readCoordinates("95.1234, 12.1234")).toBe(undefined);
});
