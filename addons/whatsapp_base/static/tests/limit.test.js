import { describe, expect, test } from "@odoo/hoot";

import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

import { defineWhatsappModels } from "./whatsapp_test_helpers";

class Seat extends models.Model {
    _name = "seat";
    capacity = fields.Integer();
    _records = [
        { id: 1, capacity: 0 },
        { id: 2, capacity: 4 },
    ];
}

describe.current.tags("desktop");
defineWhatsappModels();
defineModels([Seat]);

test("no limit is written out in a list", async () => {
    await mountView({
        resModel: "seat",
        type: "list",
        arch: `<list><field name="capacity" widget="whatsapp_limit"/></list>`,
    });
    expect(".o_data_row:eq(0) .o_data_cell").toHaveText("No limit");
    expect(".o_data_row:eq(1) .o_data_cell").toHaveText("4");
});

test("no limit is edited as an empty field, and an emptied field is no limit", async () => {
    onRpc("seat", "web_save", ({ args }) => expect.step(args[1].capacity));
    await mountView({
        resModel: "seat",
        resId: 1,
        type: "form",
        arch: `<form><field name="capacity" widget="whatsapp_limit"/></form>`,
    });
    expect(".o_field_widget input").toHaveValue("");
    expect(".o_field_widget input").toHaveAttribute("placeholder", "No limit");
    await contains(".o_field_widget input").edit("7");
    await contains(".o_form_button_save").click();
    await contains(".o_field_widget input").edit("");
    await contains(".o_form_button_save").click();
    expect.verifySteps([7, 0]);
    expect(".o_field_widget input").toHaveValue("");
});
