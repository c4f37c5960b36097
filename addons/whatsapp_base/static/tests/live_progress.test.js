import { describe, expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";

import {
    contains,
    defineModels,
    fields,
    MockServer,
    models,
    mountView,
} from "@web/../tests/web_test_helpers";

import { defineWhatsappModels } from "./whatsapp_test_helpers";

class Work extends models.Model {
    _name = "work";
    name = fields.Char();
    state = fields.Char();
    progress = fields.Integer();
    _records = [{ id: 1, name: "Import", state: "running", progress: 7 }];
}

describe.current.tags("desktop");
defineWhatsappModels();
defineModels([Work]);

async function pass(values) {
    MockServer.env["work"].write([1], values);
    await advanceTime(5000);
    await animationFrame();
}

test("progress moves by itself until it is over, and never over what somebody writes", async () => {
    await mountView({
        resModel: "work",
        resId: 1,
        type: "form",
        arch: `<form>
            <field name="name"/><field name="state"/>
            <field name="progress" widget="whatsapp_live_progress" readonly="1" invisible="state == 'done'"/>
        </form>`,
    });
    const bar = ".o_field_widget[name=progress]";
    expect(bar).toHaveText(/7/);
    await pass({ progress: 43 });
    expect(bar).toHaveText(/43/);
    const name = ".o_field_widget[name=name] input";
    await contains(name).edit("Mine", { confirm: false });
    await pass({ progress: 60 });
    expect(bar).toHaveText(/60/);
    expect(name).toHaveValue("Mine");
    await contains(name).press("Tab");
    await pass({ progress: 70 });
    expect(bar).toHaveText(/60/); // a change that is not saved yet: nothing is read over it
    expect(name).toHaveValue("Mine");
    await contains(".o_form_button_cancel").click();
    await pass({ progress: 100, state: "done" });
    expect(bar).toHaveCount(0);
});
