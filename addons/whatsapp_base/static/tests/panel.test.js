import { click, contains, insertText, start } from "@mail/../tests/mail_test_helpers";

import {
    advanceTime,
    animationFrame,
    describe,
    expect,
    mockDate,
    press,
    queryAllTexts,
    queryFirst,
    test,
} from "@odoo/hoot";
import { Component, xml } from "@odoo/owl";

import {
    allowTranslations,
    MockServer,
    mockService,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
    serverState,
} from "@web/../tests/web_test_helpers";

import { InboxPanel } from "@whatsapp_base/inbox/panel/inbox_panel";
import { PanelContact } from "@whatsapp_base/inbox/panel/panel_contact";
import { formatSeconds } from "@whatsapp_base/inbox/panel/panel_format";
import { panelParts } from "@whatsapp_base/inbox/panel/panel_service";

import { ALL_RIGHTS, panelData } from "./inbox_test_helpers";
import { createConversation, defineWhatsappModels } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

const DOCUMENT = {
    id: 7,
    title: "S00007",
    subtitle: "",
    date: { type: "date", value: "2026-03-01" },
    is_late: false,
    amount: "$ 20.00",
    state: { label: "Sent", color: "info" },
};

/** Show the panel with what the server says; change `shown.data` to have it say something else. */
async function showPanel(values) {
    const shown = { data: panelData(values), loads: 0 };
    onRpc("whatsapp.conversation", "inbox_panel", () => {
        shown.loads++;
        return shown.data;
    });
    const { channelId } = await createConversation();
    const env = await start();
    const store = env.services["mail.store"];
    const thread = await store.Thread.getOrFetch({ model: "discuss.channel", id: channelId });
    class Parent extends Component {
        static template = xml`<InboxPanel conversationId="${channelId}" thread="props.thread"/>`;
        static components = { InboxPanel };
        static props = ["*"];
    }
    await mountWithCleanup(Parent, { env, props: { thread } });
    await contains(".o-whatsapp-PanelContact");
    const change = async (next) => {
        shown.data = panelData(next);
        const [partner] = MockServer.env["res.partner"].read(serverState.partnerId);
        MockServer.env["bus.bus"]._sendone(partner, "whatsapp.conversation/panel", {
            id: channelId,
        });
    };
    return { shown, channelId, change };
}

test("one call loads the panel, and changes that come together are loaded once", async () => {
    const { shown, change } = await showPanel();
    expect(shown.loads).toBe(1);
    const later = { conversation: { team: "Sales" } };
    await change(later);
    await change(later);
    await change(later);
    await contains(".o-whatsapp-PanelConversation:contains(Sales)");
    expect(shown.loads).toBe(2);
});

test("documents with amount, date and status; the section's number and total", async () => {
    mockDate("2026-03-10 12:00:00", 0);
    await showPanel({
        sections: [
            {
                id: 3,
                name: "Invoices Due",
                icon: "fa-money",
                model: "account.move",
                documents: [{ ...DOCUMENT, is_late: true }],
                count: 12,
                total: "$ 240.00",
                create_context: false,
            },
        ],
    });
    expect(".o-whatsapp-PanelFold-count").toHaveText("12");
    expect(".o-whatsapp-PanelFold-total").toHaveText("$ 240.00");
    expect(".o-whatsapp-PanelSections-document .text-danger").toHaveText("Mar 1");
    expect(".o-whatsapp-PanelSections-document .badge").toHaveText("Sent");
    expect(".o-whatsapp-PanelSections-amount").toHaveText("$ 20.00");
    expect(".o-whatsapp-PanelSections-create").toHaveCount(0);
    await contains("button", { text: "All 12" });
});

test("documents open, new ones are made for this customer, all of them are listed", async () => {
    mockService("action", {
        doAction(action) {
            expect.step([action.res_model, action.res_id, action.context]);
        },
    });
    onRpc("sale.order", "get_formview_action", ({ args }) => ({
        res_model: "sale.order",
        res_id: args[0][0],
    }));
    onRpc("whatsapp.panel.section", "open_all", ({ args }) => ({
        res_model: "all",
        res_id: args[0][0],
    }));
    const context = { default_partner_id: 9 };
    await showPanel({
        sections: [
            {
                id: 3,
                name: "Quotations",
                icon: "fa-file",
                model: "sale.order",
                documents: [DOCUMENT],
                count: 2,
                total: false,
                create_context: context,
            },
        ],
    });
    await click(".o-whatsapp-PanelSections-document");
    await expect.waitForSteps([["sale.order", 7, undefined]]);
    await click(".o-whatsapp-PanelSections-create");
    await expect.waitForSteps([["sale.order", undefined, context]]);
    await click("button:contains(All 2)");
    await expect.waitForSteps([["all", 3, undefined]]);
});

test("a section that cannot be read says so, the reason only to who can correct it", async () => {
    const broken = {
        id: 3,
        name: "Tickets",
        icon: "fa-x",
        model: "x",
        problem: "Title: no field “x”",
    };
    const { change } = await showPanel({ sections: [broken] });
    await contains(".o-whatsapp-PanelFold:contains(Title: no field)");
    await change({ sections: [broken], rights: { ...ALL_RIGHTS, edit_sections: false } });
    await contains(".o-whatsapp-PanelFold:contains(An administrator finds the reason here)");
    expect(".o-whatsapp-PanelFold:contains(Title: no field)").toHaveCount(0);
});

test("parts fold, by keyboard too, and stay as the user likes them", async () => {
    const section = {
        id: 3,
        name: "Orders",
        icon: "fa-x",
        model: "x",
        documents: [DOCUMENT],
        count: 1,
        total: false,
        create_context: false,
    };
    const { change } = await showPanel({ sections: [section] });
    const title = ".o-whatsapp-PanelFold-title";
    expect(title).toHaveAttribute("aria-expanded", "true");
    queryFirst(title).focus();
    await press("Enter");
    await contains(`${title}[aria-expanded=false]`);
    expect(".o-whatsapp-PanelSections-document").toHaveCount(0);
    expect(JSON.parse(localStorage.getItem("whatsapp_base.panel.folded"))).toEqual(["section.3"]);
    await change({ sections: [{ ...section, count: 2 }] });
    await contains(".o-whatsapp-PanelFold-count", { text: "2" });
    expect(title).toHaveAttribute("aria-expanded", "false");
});

test("without the right nothing can be edited, created or linked", async () => {
    const none = Object.fromEntries(Object.keys(ALL_RIGHTS).map((right) => [right, false]));
    const { change } = await showPanel({ rights: none });
    expect(".o-whatsapp-PanelContact-edit").toHaveCount(0);
    expect(".o-whatsapp-PanelTags input").toHaveCount(0);
    expect(".o-whatsapp-PanelConversation-note").toHaveAttribute("readonly");
    await change({ rights: none, partner: false });
    await contains(".o-whatsapp-PanelContact-none");
    expect(".o-whatsapp-PanelContact-create").toHaveCount(0);
    expect(".o-whatsapp-PanelContact-link").toHaveCount(0);
});

test("a customer is made with one click, and can be corrected at once", async () => {
    class Editor extends Component {
        static template = xml`<div class="o-test-editor" t-esc="props.partnerId"/>`;
        static props = ["*"];
    }
    patchWithCleanup(PanelContact.components, { PartnerEditor: Editor });
    const { shown } = await showPanel({ partner: false });
    onRpc("whatsapp.contact", "create_partner", ({ args }) => {
        expect.step(args[0]);
        shown.data = panelData({ rights: { ...ALL_RIGHTS, create_partner: false } });
        return 9;
    });
    expect(".o-whatsapp-PanelContact-none").toHaveCount(1);
    await click(".o-whatsapp-PanelContact-create");
    await expect.waitForSteps([[5]]);
    await contains("button.o-whatsapp-PanelContact-name", { text: "Ana Ruiz" });
    await contains(".o-test-editor", { text: String(serverState.partnerId) });
});

test("priority: one click sets it, another one takes it back", async () => {
    onRpc("whatsapp.conversation", "write", ({ args }) => {
        expect.step(args[1]);
        return true;
    });
    const { change } = await showPanel();
    await click(".o-whatsapp-PanelConversation-priority button[title=Urgent]");
    await expect.waitForSteps([{ priority: "2" }]);
    await change({ conversation: { priority: "2" } });
    await contains(".o-whatsapp-PanelConversation-priority .fa-star", { count: 2 });
    await click(".o-whatsapp-PanelConversation-priority button[title=Urgent]");
    await expect.waitForSteps([{ priority: "0" }]);
});

test("a tag is taken off by its cross", async () => {
    onRpc("whatsapp.conversation", "write", ({ args }) => {
        expect.step(args[1]);
        return true;
    });
    await showPanel({ conversation: { tags: [{ id: 4, name: "VIP", color: 2 }] } });
    expect(queryAllTexts(".o-whatsapp-PanelTags .o_tag")).toEqual(["VIP"]);
    await click(".o-whatsapp-PanelTags .o_delete");
    await expect.waitForSteps([{ tag_ids: [[3, 4]] }]);
});

test("a note is stored when the user leaves it, and never while they write", async () => {
    const { shown, change } = await showPanel({ contact: { note: "Old" } });
    onRpc("whatsapp.contact", "save_note", ({ args }) => {
        expect.step(args.slice(1));
        shown.data = panelData({ contact: { note: args[1] } });
        return false;
    });
    const note = ".o-whatsapp-PanelConversation-note";
    await click(note);
    await insertText(note, "Mine", { replace: true });
    // news of a colleague do not take away what is being written
    await change({ contact: { note: "Theirs" }, conversation: { team: "Sales" } });
    await contains(".o-whatsapp-PanelConversation:contains(Sales)");
    expect(note).toHaveValue("Mine");
    queryFirst(note).blur();
    await expect.waitForSteps([["Mine", "Old"]]);
    await contains(note, { value: "Mine" });
});

test("of two notes written at the same time the user chooses", async () => {
    await showPanel({ contact: { note: "Old" } });
    onRpc("whatsapp.contact", "save_note", ({ args }) => {
        expect.step(args.slice(1));
        return args[2] === "Theirs" ? false : "Theirs";
    });
    const note = ".o-whatsapp-PanelConversation-note";
    await click(note);
    await insertText(note, "Mine", { replace: true });
    queryFirst(note).blur();
    await contains(".modal-body:contains(Theirs)");
    await click(".modal button:contains(Keep mine)");
    await expect.waitForSteps([
        ["Mine", "Old"],
        ["Mine", "Theirs"],
    ]);
});

test("the customer's clock goes on", async () => {
    mockDate("2026-03-10 21:59:50", 0);
    await showPanel({ contact: { time_zone: "Etc/UTC" } });
    await contains(".o-whatsapp-PanelContact-clock", { text: "9:59 PM" });
    await advanceTime(20 * 1000);
    await animationFrame();
    expect(".o-whatsapp-PanelContact-clock").toHaveText("10:00 PM (night there)");
});

test("older files come on demand", async () => {
    const file = (id) => ({
        id,
        name: `file ${id}.pdf`,
        mimetype: "application/pdf",
        size: 2048,
        checksum: "x",
        at: "2026-03-01 10:00:00",
        has_thumbnail: false,
    });
    onRpc("whatsapp.conversation", "inbox_panel_files", ({ kwargs }) => {
        expect.step(kwargs.before);
        return { files: [file(1)], has_more: false };
    });
    await showPanel({ files: { files: [file(3), file(2)], has_more: true } });
    await click(".o-whatsapp-PanelFiles-more");
    await expect.waitForSteps([2]);
    await contains(".o-whatsapp-PanelFiles-file", { count: 3 });
    expect(".o-whatsapp-PanelFiles-more").toHaveCount(0);
});

test("an addon adds a part of its own", async () => {
    class Consent extends Component {
        static template = xml`<section class="o-test-consent" t-esc="props.data.contact.name"/>`;
        static props = ["*"];
    }
    panelParts.add("consent", { Component: Consent, sequence: 15 });
    try {
        await showPanel();
        expect(".o-whatsapp-PanelContact + .o-test-consent").toHaveText("Ana Ruiz");
    } finally {
        panelParts.remove("consent");
    }
});

test("durations in their two largest units", () => {
    allowTranslations();
    expect([20, 300, 7500, 200000].map((seconds) => String(formatSeconds(seconds)))).toEqual([
        "less than a minute",
        "5 min",
        "2 h 5 min",
        "2 d 7 h",
    ]);
});
