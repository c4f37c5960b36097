import {
    click,
    contains,
    openFormView,
    start,
    startServer,
} from "@mail/../tests/mail_test_helpers";

import { expect, test } from "@odoo/hoot";

import { mockService } from "@web/../tests/web_test_helpers";

import { defineWhatsappModels } from "./whatsapp_test_helpers";

defineWhatsappModels();

async function openPartner({ hasWhatsapp = true } = {}) {
    const pyEnv = await startServer();
    pyEnv["res.users"].write([pyEnv.user.id], { has_whatsapp: hasWhatsapp });
    const partnerId = pyEnv["res.partner"].create({ name: "Ana" });
    pyEnv["mail.message"].create({
        model: "res.partner",
        res_id: partnerId,
        body: "<p>Your order is on its way</p>",
        message_type: "comment",
        whatsapp_status: {
            id: 7,
            state: "read",
            code: false,
            title: false,
            remedy: false,
            at: false,
            scheduled_at: false,
        },
    });
    return { pyEnv, partnerId };
}

test("a record's chatter opens the composer for that record", async () => {
    const { partnerId } = await openPartner();
    mockService("action", {
        doAction(action) {
            if (action.res_model === "whatsapp.compose.message") {
                expect.step(`${action.context.active_model} ${action.context.active_ids}`);
                return Promise.resolve();
            }
            return super.doAction(...arguments);
        },
    });
    await start();
    await openFormView("res.partner", partnerId);
    await click(".o-whatsapp-Chatter-send");
    await expect.waitForSteps([`res.partner ${partnerId}`]);
});

test("the chatter shows how far a message has come", async () => {
    const { partnerId } = await openPartner();
    await start();
    await openFormView("res.partner", partnerId);
    await contains(".o-mail-Message .o-whatsapp-Ticks[data-state='read']");
});

test("without the role there is no button", async () => {
    const { partnerId } = await openPartner({ hasWhatsapp: false });
    await start();
    await openFormView("res.partner", partnerId);
    await contains(".o-mail-Chatter-sendMessage");
    expect(".o-whatsapp-Chatter-send").toHaveCount(0);
});
