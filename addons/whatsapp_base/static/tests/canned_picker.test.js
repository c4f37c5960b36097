import { click, contains, insertText, openDiscuss, start } from "@mail/../tests/mail_test_helpers";

import { describe, expect, press, test } from "@odoo/hoot";

import { onRpc } from "@web/../tests/web_test_helpers";
import { registry } from "@web/core/registry";

import { createConversation, defineWhatsappModels, fromNow } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

const INPUT = ".o-mail-Composer-input";
const PHONE = {
    business: "Acme",
    rtl: false,
    header: null,
    body: "Hello Ana",
    footer: "",
    offer: null,
    buttons: [],
    cards: [],
};
const REPLIES = [
    {
        id: 1,
        source: "hi",
        text: "Hello Ana",
        missing: [],
        buttons: ["Yes", "No"],
        files: [],
        is_favorite: true,
        is_own: true,
    },
    {
        id: 2,
        source: "bye",
        text: "Goodbye {{order}}",
        missing: ["order"],
        buttons: [],
        files: [],
        is_favorite: false,
        is_own: true,
    },
];

function mockCanned() {
    onRpc("whatsapp.conversation", "canned_replies", ({ args }) =>
        REPLIES.filter(({ source }) => source.includes(args[1])),
    );
    onRpc("whatsapp.conversation", "canned_preview", () => ({ phone: PHONE, missing: [] }));
    onRpc("whatsapp.conversation", "canned_reply", ({ args }) => {
        const { text, missing, buttons } = REPLIES.find(({ id }) => id === args[1]);
        return { text, missing, buttons, attachments: [], store_data: {} };
    });
}

async function openPicker() {
    const { channelId } = await createConversation();
    await start();
    await openDiscuss(channelId);
    await click(".o-whatsapp-ComposerBar [data-action='canned']");
    await contains(".o-whatsapp-CannedPicker-reply", { count: 2 });
    return channelId;
}

test("a reply is shown filled in, put into the message, and sent with its buttons", async () => {
    mockCanned();
    onRpc("whatsapp.conversation", "send_message", ({ args }) => {
        expect.step(`${args[1]}: ${args[2].body} [${args[2].buttons.map((b) => b.title)}]`);
        return {};
    });
    await openPicker();
    await contains(".o-whatsapp-CannedPicker-reply.active:contains(hi) .fa-star");
    await contains(".o-whatsapp-Phone-body", { text: "Hello Ana" });
    await press("Enter");
    await contains(INPUT, { value: "Hello Ana" });
    await contains(".o-whatsapp-ComposerArea-buttons .o-whatsapp-chip", { count: 2 });
    await press("Enter");
    await expect.waitForSteps(["buttons: Hello Ana [Yes,No]"]);
    await contains(INPUT, { value: "" });
    await contains(".o-whatsapp-ComposerArea-buttons", { count: 0 });
});

test("it is searched, and what it does not know is said", async () => {
    mockCanned();
    await openPicker();
    await insertText(".o-whatsapp-CannedPicker input", "bye");
    await contains(".o-whatsapp-CannedPicker-reply", { count: 1 });
    await contains(".o-whatsapp-CannedPicker-preview:contains(order)");
    await click(".o-whatsapp-CannedPicker-insert");
    await contains(INPUT, { value: "Goodbye {{order}}" });
    await contains(".o_notification:contains(Not known here: order)");
});

test("a template is searched, filled in, shown and sent", async () => {
    onRpc("whatsapp.conversation", "template_choices", () => [
        {
            id: 9,
            name: "order_update",
            category: "UTILITY",
            language: "en",
            text: "Hello {{1}}",
            needs_dialog: false,
        },
    ]);
    onRpc("whatsapp.conversation", "template_draft", ({ args }) => ({
        lines: [{ key: "body.1", label: "Text 1", example: "Ana", value: args[2]["body.1"] ?? "" }],
        phone: { ...PHONE, body: `Hello ${args[2]["body.1"] ?? "…"}` },
        problem: false,
    }));
    onRpc("whatsapp.conversation", "send_template_draft", ({ args }) => {
        expect.step(`${args[1]} ${args[2]["body.1"]}`);
        return true;
    });
    const { channelId } = await createConversation({ window_expires_at: fromNow({ hours: -1 }) });
    await start();
    await openDiscuss(channelId);
    await click(".o-whatsapp-TemplatePicker-choice:contains(Order update)");
    await contains(".o-whatsapp-TemplatePicker-send[disabled]");
    await insertText(".o-whatsapp-TemplatePicker-values input", "Ana");
    await contains(".o-whatsapp-TemplatePicker-phone:contains(Hello Ana)");
    await click(".o-whatsapp-TemplatePicker-send");
    await expect.waitForSteps(["9 Ana"]);
    await contains(".o_notification:contains(on its way)");
});

test("addons put buttons above the text field", async () => {
    registry.category("whatsapp.composer_actions").add("test.improve", {
        name: "Improve",
        icon: "fa-magic",
        condition: ({ mode }) => mode === "reply",
        onSelected: ({ composer }) => composer.setWhatsappText(composer.composerText.toUpperCase()),
    });
    try {
        const { channelId } = await createConversation();
        await start();
        await openDiscuss(channelId);
        await insertText(INPUT, "hello");
        await click("[data-action='test.improve']");
        await contains(INPUT, { value: "HELLO" });
        await click(".o-whatsapp-ComposerBar-mode[data-mode='note']");
        await contains("[data-action='test.improve']", { count: 0 });
    } finally {
        registry.category("whatsapp.composer_actions").remove("test.improve");
    }
});
