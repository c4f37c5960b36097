import { reactive } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";

import { isQuiet, isRung } from "./alert_choice";

const COUNT_AFTER = 1000;
/** What has waited longer than this when the client hears of it is no news (ms). */
const FRESH = 60 * 1000;

/** The counter in the browser's tab, and what makes a sound. */
export class WhatsappAlerts {
    /** Own conversations that wait for an answer. */
    count = 0;

    /** @param {import("services").ServiceFactories} services */
    constructor(services) {
        this.services = services;
        this.store = services["mail.store"];
        /** Since when the conversations waited for which there was a sound, by ID. */
        this.rung = new Map();
    }

    async start() {
        await this.store.isReady;
        if (!this.store.has_access_whatsapp) {
            return;
        }
        const bus = this.services.bus_service;
        bus.subscribe("discuss.channel/new_message", () => this.countSoon());
        bus.subscribe("mail.record/insert", (payload) => {
            if (payload["whatsapp.conversation"]) {
                this.countSoon();
            }
        });
        bus.subscribe("whatsapp.conversation/queue", (payload) => {
            this.countSoon();
            this.onQueue(payload);
        });
        bus.addEventListener("BUS:RECONNECT", () => this.countSoon());
        this.countSoon(0);
    }

    /** Ask the server once for all that happens within a while: it knows what the client has not loaded. */
    countSoon(delay = COUNT_AFTER) {
        if (this.counting) {
            return;
        }
        this.counting = browser.setTimeout(async () => {
            this.counting = null;
            try {
                this.count = await this.services.orm.silent.call(
                    "whatsapp.conversation",
                    "own_waiting_count",
                    [],
                );
            } catch {
                return; // no connection: the next news count again
            }
            this.services.title.setCounters({ whatsapp: this.count || undefined });
        }, delay);
    }

    /** @returns {import("./alert_choice").Choice} */
    get choice() {
        return this.store.settings;
    }

    get isQuiet() {
        const zoned = luxon.DateTime.now().setZone(user.tz || "local");
        return isQuiet(zoned.isValid ? zoned : luxon.DateTime.now(), this.choice);
    }

    /** @param {import("models").WhatsappConversation} conversation */
    isRung(conversation, isMine) {
        return isRung(this.choice, {
            numberId: conversation.number_id,
            teamId: conversation.team_id,
            isMine,
        });
    }

    /** What waits for anybody rings for those who wish it: once for each wait, once for all that come together. */
    onQueue({ waiting }) {
        let isNews = false;
        for (const data of waiting?.["whatsapp.conversation"] || []) {
            const since = data.waiting_since;
            if (!since || this.rung.get(data.id) === since) {
                continue;
            }
            this.rung.set(data.id, since);
            const age = Date.now() - luxon.DateTime.fromSQL(since, { zone: "utc" }).toMillis();
            isNews ||= age < FRESH && this.isRung(data, false);
        }
        if (isNews) {
            this.ring();
        }
    }

    ring() {
        if (this.choice.whatsapp_sound && !this.isQuiet) {
            this.services["mail.out_of_focus"]._playSound();
        }
    }
}

export const whatsappAlertService = {
    dependencies: ["bus_service", "mail.out_of_focus", "mail.store", "orm", "title"],
    start(env, services) {
        const alerts = reactive(new WhatsappAlerts(services));
        alerts.start();
        return alerts;
    },
};

registry.category("services").add("whatsapp.alerts", whatsappAlertService);
