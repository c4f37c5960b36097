import { describe, expect, test } from "@odoo/hoot";
import { advanceTime } from "@odoo/hoot-mock";
import { start, startServer } from "@mail/../tests/mail_test_helpers";

import { getService, onRpc, patchWithCleanup, serverState } from "@web/../tests/web_test_helpers";

import { isQuiet, isRung, scopeOf } from "@whatsapp_base/alerts/alert_choice";

import { conversationToStore, defineWhatsappModels, fromNow } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

const { DateTime } = luxon;
const NIGHT = { whatsapp_quiet: true, whatsapp_quiet_from: 22, whatsapp_quiet_to: 7 };

test("quiet hours go over midnight, and may have whole weekends", () => {
    const at = (text) => DateTime.fromISO(text);
    expect(isQuiet(at("2026-07-01T23:00"), NIGHT)).toBe(true);
    expect(isQuiet(at("2026-07-01T06:59"), NIGHT)).toBe(true);
    expect(isQuiet(at("2026-07-01T07:00"), NIGHT)).toBe(false);
    expect(isQuiet(at("2026-07-01T23:00"), { ...NIGHT, whatsapp_quiet: false })).toBe(false);
    const lunch = { ...NIGHT, whatsapp_quiet_from: 12, whatsapp_quiet_to: 13.5 };
    expect(isQuiet(at("2026-07-01T13:29"), lunch)).toBe(true);
    expect(isQuiet(at("2026-07-01T13:30"), lunch)).toBe(false);
    expect(isQuiet(at("2026-07-04T10:00"), { ...NIGHT, whatsapp_quiet_weekends: true })).toBe(true);
});

test("a number counts before its team, and that before the rest", () => {
    const choice = {
        whatsapp_alerts: "mine",
        whatsapp_alert_rules: [
            [false, 5, "all"],
            [7, false, "none"],
        ],
    };
    expect(scopeOf(choice, 7, 5)).toBe("none");
    expect(scopeOf(choice, 8, 5)).toBe("all");
    expect(scopeOf(choice, 8, 6)).toBe("mine");
    expect(isRung(choice, { numberId: 8, teamId: 5, isMine: false })).toBe(true);
    expect(isRung(choice, { numberId: 8, teamId: 6, isMine: false })).toBe(false);
    expect(isRung(choice, { numberId: 8, teamId: 6, isMine: true })).toBe(true);
});

function waits(pyEnv, id, since) {
    const [partner] = pyEnv["res.partner"].read(serverState.partnerId);
    pyEnv["bus.bus"]._sendone(partner, "whatsapp.conversation/queue", {
        waiting: {
            "whatsapp.conversation": [
                conversationToStore(id, { name: "Nora", team_id: 5, waiting_since: since }),
            ],
        },
        known: {},
        gone: [],
    });
}

test("what waits for anybody sounds once for each wait, if one wishes it", async () => {
    const pyEnv = await startServer();
    onRpc("whatsapp.conversation", "own_waiting_count", () => 3);
    await start();
    const alerts = getService("whatsapp.alerts");
    patchWithCleanup(getService("mail.out_of_focus"), {
        _playSound: () => expect.step("sound"),
    });
    // the bus takes its own time: silence means something once the news are there
    patchWithCleanup(alerts, {
        onQueue() {
            super.onQueue(...arguments);
            expect.step("heard");
        },
    });
    Object.assign(alerts.store.settings, {
        whatsapp_alerts: "mine",
        whatsapp_alert_rules: [],
        whatsapp_sound: true,
        whatsapp_quiet: false,
    });
    waits(pyEnv, 51, fromNow({}));
    await expect.waitForSteps(["heard"]);
    await advanceTime(2000);
    expect(document.title).toMatch(/^\(3\)/);
    alerts.store.settings.whatsapp_alerts = "all";
    const since = fromNow({});
    waits(pyEnv, 52, since);
    await expect.waitForSteps(["sound", "heard"]);
    waits(pyEnv, 52, since);
    waits(pyEnv, 53, fromNow({ hours: -2 }));
    await expect.waitForSteps(["heard", "heard"]);
    Object.assign(alerts.store.settings, {
        whatsapp_quiet: true,
        whatsapp_quiet_from: 0,
        whatsapp_quiet_to: 24,
    });
    waits(pyEnv, 54, fromNow({}));
    await expect.waitForSteps(["heard"]);
});
