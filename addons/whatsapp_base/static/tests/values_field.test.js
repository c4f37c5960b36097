import { describe, expect, test } from "@odoo/hoot";
import { click, edit, queryAll, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";

import { defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";

import { defineWhatsappModels } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

class Dialog extends models.Model {
    _name = "whatsapp.dialog";
    line_ids = fields.One2many({ relation: "whatsapp.dialog.value" });
    _records = [{ id: 1, line_ids: [1, 2] }];
}

class DialogValue extends models.Model {
    _name = "whatsapp.dialog.value";
    key = fields.Char();
    label = fields.Char();
    value = fields.Char();
    example = fields.Char();
    _records = [
        { id: 1, key: "1", label: "Name", example: "Ana" },
        { id: 2, key: "2", label: "Order", value: "S1" },
    ];
}
defineModels([Dialog, DialogValue]);

const ARCH = `
    <form>
        <field name="line_ids" widget="whatsapp_values" on_change="1">
            <list><field name="key"/><field name="label"/><field name="value"/><field name="example"/></list>
        </field>
    </form>`;

test("on a slow server the next value can be typed at once, and both are saved", async () => {
    const answer = new Deferred();
    onRpc("whatsapp.dialog", "onchange", async () => {
        await answer;
        return { value: {} };
    });
    onRpc("whatsapp.dialog", "web_save", ({ args }) => {
        expect.step(args[1].line_ids.map(([, , values]) => values.value).join(", "));
    });
    await mountView({ type: "form", resModel: "whatsapp.dialog", resId: 1, arch: ARCH });
    expect(queryAllTexts(".o-whatsapp-Values span")).toEqual(["Name", "Order"]);
    const [name, order] = queryAll(".o-whatsapp-Values input");
    expect([name.placeholder, order.value]).toEqual(["Ana", "S1"]);
    await click(name);
    await edit("Ana Ruiz", { confirm: "tab" });
    await click(order);
    await edit("S00077");
    answer.resolve();
    await animationFrame();
    expect([name.value, order.value]).toEqual(["Ana Ruiz", "S00077"]);
    await click(".o_form_button_save");
    await animationFrame();
    expect.verifySteps(["Ana Ruiz, S00077"]);
});
