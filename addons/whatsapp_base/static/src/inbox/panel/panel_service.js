import { EventBus } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

const KEPT = 30;
const FOLDED_KEY = "whatsapp_base.panel.folded";

/**
 * The parts of the panel from top to bottom. An addon adds one of its own with `{ Component, sequence, isShown }`; the
 * component gets the props of `panelPartProps`.
 */
export const panelParts = registry.category("whatsapp_inbox_panel");

/** What each part of the panel gets. */
export const panelPartProps = {
    /** what `whatsapp.conversation.inbox_panel` returned */
    data: Object,
    conversationId: Number,
    thread: { type: Object, optional: true },
    /** loads the panel again, after something was changed */
    reload: Function,
};

/** What panels know beyond the conversation that is open: what they showed last, and what the user folded. */
export class PanelMemory {
    /** @type {Map<number, Object>} */
    panels = new Map();

    constructor({ bus_service: busService, orm }) {
        this.orm = orm;
        this.bus = new EventBus();
        this.folded = new Set(this.readFolded());
        busService.subscribe("whatsapp.conversation/panel", ({ id }) => {
            this.bus.trigger("changed", { id });
        });
    }

    /** @returns {Object|undefined} what the panel of a conversation showed last */
    recall(id) {
        return this.panels.get(id);
    }

    /** @returns {Promise<Object>} what the panel of a conversation shows now */
    async load(id) {
        const data = await this.orm.silent.call("whatsapp.conversation", "inbox_panel", [[id]]);
        this.panels.delete(id);
        this.panels.set(id, data);
        if (this.panels.size > KEPT) {
            this.panels.delete(this.panels.keys().next().value);
        }
        return data;
    }

    readFolded() {
        try {
            const stored = JSON.parse(browser.localStorage.getItem(FOLDED_KEY) || "[]");
            return Array.isArray(stored) ? stored : [];
        } catch {
            return [];
        }
    }

    isFolded(name, byDefault) {
        return this.folded.has(name) || (byDefault && !this.folded.has(`!${name}`));
    }

    /** Remember, on this computer, that the user folded a part or opened it. */
    setFolded(name, isFolded, byDefault) {
        this.folded.delete(name);
        this.folded.delete(`!${name}`);
        if (isFolded !== Boolean(byDefault)) {
            this.folded.add(isFolded ? name : `!${name}`);
        }
        browser.localStorage.setItem(FOLDED_KEY, JSON.stringify([...this.folded]));
    }
}

registry.category("services").add("whatsapp.panel", {
    dependencies: ["bus_service", "orm"],
    start: (env, services) => new PanelMemory(services),
});
