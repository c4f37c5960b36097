import { click, contains, start, startServer } from "@mail/../tests/mail_test_helpers";

import { describe, expect, test } from "@odoo/hoot";

import { asyncStep, onRpc, serverState, waitForSteps } from "@web/../tests/web_test_helpers";

import { defineWhatsappModels, fromNow } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

const BUTTON = ".o_menu_systray .o-whatsapp-AgentStatus";

function answerStatus() {
    onRpc("whatsapp.agent", "set_status", ({ args: [status] }) => {
        asyncStep(status);
        return { id: 7, status, status_since: fromNow({}) };
    });
}

test("an agent sets the status in the systray, and the menu shows it", async () => {
    answerStatus();
    await startServer();
    await start();
    await click(BUTTON);
    await contains(".o-whatsapp-AgentStatus-menu .dropdown-item", { count: 4 });
    await contains(".dropdown-item.active[data-status=offline]");
    await click(".dropdown-item[data-status=active]");
    await waitForSteps(["active"]);
    await contains(`${BUTTON} .fa-circle.text-success`);
    await click(BUTTON);
    await contains(".dropdown-item.active[data-status=active]");
});

test("what the server decides is shown live", async () => {
    const pyEnv = await startServer();
    answerStatus();
    await start();
    await click(BUTTON);
    await click(".dropdown-item[data-status=busy]");
    await waitForSteps(["busy"]);
    await contains(`${BUTTON} .fa-minus-circle`);
    const [partner] = pyEnv["res.partner"].read(serverState.partnerId);
    pyEnv["bus.bus"]._sendone(partner, "mail.record/insert", {
        "whatsapp.agent": [
            { id: 7, status: "offline", status_since: fromNow({}), status_source: "inactivity" },
        ],
    });
    await contains(`${BUTTON} .fa-circle-o`);
    await click(BUTTON);
    await contains(".o-whatsapp-AgentStatus-menu:contains(as you were away)");
});

test("who is no agent has no such menu", async () => {
    const pyEnv = await startServer();
    pyEnv["res.users"].write([serverState.userId], { has_whatsapp: false });
    await start();
    await contains(".o_menu_systray .o_user_menu");
    await contains(BUTTON, { count: 0 });
    expect(BUTTON).toHaveCount(0);
});
