import { describe, expect, test } from "@odoo/hoot";
import { click, queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";

import {
    defineModels,
    fields,
    models,
    mountView,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";

import { WhatsappPhone } from "@whatsapp_base/template_preview/phone";

import { defineWhatsappModels } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

function shown(values = {}) {
    return {
        business: "Demo Services",
        rtl: false,
        header: { kind: "text", html: "Order S00077" },
        body: "Hello <b>Ana</b>",
        footer: "Demo",
        offer: null,
        buttons: [],
        cards: [],
        ...values,
    };
}

const button = (label, kind = "QUICK_REPLY", value = "") => ({ kind, label, value });

async function mountPhone(values) {
    await mountWithCleanup(WhatsappPhone, { props: { value: shown(values) } });
}

test("a template has its parts, formatted", async () => {
    await mountPhone({ buttons: [button("Track", "URL", "https://x.example/S1"), button("Yes")] });
    expect(".o-whatsapp-Phone-title").toHaveText("Order S00077");
    expect(".o-whatsapp-Phone-body b").toHaveText("Ana");
    expect(".o-whatsapp-Phone-footer").toHaveText("Demo");
    expect(".o-whatsapp-Phone-business").toHaveText("Demo Services");
    expect(queryAllTexts(".o-whatsapp-Phone-button")).toEqual(["Track", "Yes"]);
    expect(".o-whatsapp-Phone-button[data-kind='URL']").toHaveAttribute(
        "title",
        "https://x.example/S1",
    );
    expect(".o-whatsapp-Phone-ticks").toHaveCount(0);
});

test("what the server did not make HTML of is shown as text", async () => {
    await mountPhone({ footer: "<i>no</i>", buttons: [button("<b>Yes</b>")] });
    expect(".o-whatsapp-Phone-footer").toHaveText("<i>no</i>");
    expect(".o-whatsapp-Phone-button b").toHaveCount(0);
});

test("with more than three buttons the rest is one click away, as on the phone", async () => {
    await mountPhone({ buttons: ["A", "B", "C", "D"].map((label) => button(label)) });
    expect(queryAllTexts(".o-whatsapp-Phone-button")).toEqual(["A", "B", "See all options"]);
    await click(".o-whatsapp-Phone-more");
    await animationFrame();
    expect(queryAllTexts(".o-whatsapp-Phone-button")).toEqual(["A", "B", "C", "D"]);
});

test("inside a card there is only the message", async () => {
    await mountWithCleanup(WhatsappPhone, { props: { value: shown(), isCompact: true } });
    expect(".o-whatsapp-Phone-body").toHaveText("Hello Ana");
    expect(".o-whatsapp-Phone-bar").toHaveCount(0);
});

test("light and dark can be compared", async () => {
    await mountPhone();
    const before = getComputedStyle(queryOne(".o-whatsapp-Phone-bubble")).backgroundColor;
    await click(".o-whatsapp-Phone-toggle");
    await animationFrame();
    expect(".o-whatsapp-Phone.o-whatsapp-dark").toHaveCount(1);
    expect(getComputedStyle(queryOne(".o-whatsapp-Phone-bubble")).backgroundColor).not.toBe(before);
});

test("languages that run from right to left do so", async () => {
    await mountPhone({ rtl: true });
    expect(".o-whatsapp-Phone-chat").toHaveAttribute("dir", "rtl");
});

for (const { kind, url, selector } of [
    { kind: "image", url: "/web/static/img/placeholder.png", selector: "img" },
    { kind: "video", url: "/web/x.mp4", selector: "video" },
    { kind: "image", url: "", selector: ".o-whatsapp-Phone-placeholder:contains(Image)" },
    { kind: "location", url: "", selector: ".o-whatsapp-Phone-placeholder:contains(Location)" },
    { kind: "document", url: "", selector: ".o-whatsapp-Phone-document:contains(invoice.pdf)" },
]) {
    test(`a header of kind ${kind} ${url ? "with" : "without"} a file`, async () => {
        await mountPhone({
            header: { kind, url, filename: kind === "document" ? "invoice.pdf" : "" },
        });
        expect(`.o-whatsapp-Phone-bubble ${selector}`).toHaveCount(1);
    });
}

test("cards, an offer and ticks", async () => {
    const card = {
        header: { kind: "image", url: "" },
        body: "One",
        footer: "",
        buttons: [button("Buy")],
    };
    await mountPhone({
        cards: [card, card],
        offer: { title: "Ends soon", expires: true, code: "SAVE20" },
        state: "read",
    });
    expect(".o-whatsapp-Phone-card").toHaveCount(2);
    expect(".o-whatsapp-Phone-offer").toHaveText(/Ends soon/);
    expect(".o-whatsapp-Phone-offer").toHaveText(/SAVE20/);
    expect(".o-whatsapp-Phone-ticks[data-state='read']").toHaveCount(1);
});

test("an empty template says what to do", async () => {
    await mountPhone({ header: null, body: "", footer: "" });
    expect(".o-whatsapp-Phone-empty").toHaveCount(1);
    expect(".o-whatsapp-Phone-bubble").toHaveCount(0);
});

test("as a field, it follows what the server computes while somebody types", async () => {
    class Draft extends models.Model {
        _name = "whatsapp.draft";
        text = fields.Char();
        phone = fields.Json({
            onChange: (record) => {
                record.phone = shown({ body: record.text });
            },
        });
        _records = [{ id: 1, text: "Hi", phone: shown({ body: "Hi" }) }];
    }
    defineModels([Draft]);
    onRpc("whatsapp.draft", "onchange", ({ args }) => ({
        value: { phone: shown({ body: `Now: ${args[1].text}` }) },
    }));
    await mountView({
        type: "form",
        resModel: "whatsapp.draft",
        resId: 1,
        arch: `<form><field name="text" on_change="1"/><field name="phone" widget="whatsapp_phone"/></form>`,
    });
    expect(".o-whatsapp-Phone-body").toHaveText("Hi");
    const input = queryOne(".o_field_widget[name='text'] input");
    await click(input);
    input.value = "Good day";
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
    await animationFrame();
    await animationFrame();
    expect(".o-whatsapp-Phone-body").toHaveText("Now: Good day");
});
