import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { click, edit, queryOne } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";

import { defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";

import { defineWhatsappModels } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

class Draft extends models.Model {
    _name = "whatsapp.draft";
    body_text = fields.Text();
    footer_text = fields.Char();
    parameter_format = fields.Char();
    findings = fields.Json();
    _records = [
        { id: 1, body_text: "Hello", parameter_format: "POSITIONAL", findings: [] },
        { id: 2, body_text: "Hello", parameter_format: "NAMED", findings: [] },
        {
            id: 3,
            body_text: "Hello",
            footer_text: "",
            findings: [
                { severity: "error", text: "It is empty.", remedy: "Write.", place: "footer_text" },
                { severity: "warning", text: "It is odd.", remedy: "Look.", place: false },
            ],
        },
    ];
}
defineModels([Draft]);

const ARCH = `
    <form>
        <field name="findings" widget="whatsapp_findings"/>
        <notebook>
            <page string="Text" name="text">
                <field name="parameter_format" invisible="1"/>
                <field name="body_text" widget="whatsapp_template_text" options="{'limit': 12}" on_change="1"/>
            </page>
            <page string="More" name="more"><field name="footer_text"/></page>
        </notebook>
    </form>`;

const TEXT = ".o_field_widget[name='body_text'] textarea";

async function openDraft(resId) {
    await mountView({ type: "form", resModel: "whatsapp.draft", resId, arch: ARCH });
}

describe("text", () => {
    beforeEach(() => {
        onRpc("whatsapp.draft", "onchange", ({ args }) => {
            if (args[1].body_text) {
                expect.step(args[1].body_text);
            }
            return { value: {} };
        });
    });

    test("the server hears of it while somebody types, after a pause", async () => {
        await openDraft(1);
        await click(TEXT);
        await edit("Good day");
        expect.verifySteps([]);
        await advanceTime(500);
        await animationFrame();
        expect.verifySteps(["Good day"]);
    });

    test("how much room is left is told, and when it is too much", async () => {
        await openDraft(1);
        expect(".o-whatsapp-TemplateText [aria-live]").toHaveText("5 / 12");
        await click(TEXT);
        await edit("Good day to you");
        await advanceTime(500);
        await animationFrame();
        expect(".o-whatsapp-TemplateText [aria-live]").toHaveText("15 / 12");
        expect(".o-whatsapp-TemplateText [aria-live]").toHaveClass("text-danger");
        expect.verifySteps(["Good day to you"]);
    });

    test("marks go around what is selected", async () => {
        await openDraft(1);
        queryOne(TEXT).setSelectionRange(0, 5);
        await click(".o-whatsapp-TemplateText button[title='Bold']");
        expect(TEXT).toHaveValue("*Hello*");
        await advanceTime(500);
        await animationFrame();
        expect.verifySteps(["*Hello*"]);
    });

    test("numbered variables get the next number", async () => {
        await openDraft(1);
        await click(TEXT);
        await edit("A {{1}} b {{3}} ");
        await click(".o-whatsapp-TemplateText-variable");
        expect(TEXT).toHaveValue("A {{1}} b {{3}} {{4}}");
        await advanceTime(500);
        await animationFrame();
        expect.verifySteps(["A {{1}} b {{3}} ", "A {{1}} b {{3}} {{4}}"]);
    });

    test("named variables wait for their name", async () => {
        await openDraft(2);
        queryOne(TEXT).setSelectionRange(5, 5);
        await click(".o-whatsapp-TemplateText-variable");
        expect(TEXT).toHaveValue("Hello{{name}}");
        const { selectionStart, selectionEnd, value } = queryOne(TEXT);
        expect(value.slice(selectionStart, selectionEnd)).toBe("name");
        await advanceTime(500);
        await animationFrame();
        expect.verifySteps(["Hello{{name}}"]);
    });
});

describe("findings", () => {
    test("what would be refused comes with a way to its field, also on another page", async () => {
        await openDraft(3);
        expect(".o-whatsapp-Findings-item").toHaveCount(2);
        expect(".o-whatsapp-Findings-item[data-severity='error']").toHaveText(
            /It is empty\. Write\./,
        );
        expect(".o-whatsapp-Findings-item button").toHaveCount(1);
        expect(".o_field_widget[name='footer_text']").toHaveCount(0);
        await click(".o-whatsapp-Findings-item button");
        for (let frame = 0; frame < 6; frame++) {
            await animationFrame();
        }
        expect(".o_field_widget[name='footer_text'] input").toBeFocused();
    });

    test("a template without problems says so", async () => {
        await openDraft(1);
        expect(".o-whatsapp-Findings").toHaveText(/Nothing here that Meta would refuse/);
    });
});
