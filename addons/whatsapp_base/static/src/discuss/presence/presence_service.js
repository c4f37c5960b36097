import { reactive } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";

import { watchedConversation } from "../../board/watched";

/** How often clients say again that they are there (ms); the server says how long that is believed. */
export const HEARTBEAT = 60_000;
export const TYPING_EVERY = 4_000;
/** Those who are asked answer within this time, not all at once. */
const ANSWER_SPREAD = 800;

/**
 * Who else has a conversation open or writes in it. Clients tell each other over the bus; the server checks that they may
 * read the conversation, and stores nothing.
 *
 * @typedef {{userId: number, name: string, state: "viewing"|"typing", until: number}} Colleague
 */
export class WhatsappPresence {
    /** @type {Object<number, Object<number, Colleague>>} by conversation and user */
    colleagues = {};
    /** @type {Object<number, {count: number, state: string, typedAt: number, timer: number}>} what is open here */
    open = {};

    constructor({ bus_service: busService, orm }) {
        this.busService = busService;
        this.orm = orm;
    }

    /** Apart from the constructor: what comes must reach the reactive object, else nothing is drawn anew. */
    start() {
        this.busService.subscribe("whatsapp.conversation/presence", (payload) =>
            this.onTold(payload),
        );
        browser.addEventListener("pagehide", () => {
            for (const id of Object.keys(this.open)) {
                this.tell(Number(id), "left");
            }
        });
    }

    /**
     * A component shows the conversation from now on.
     *
     * @param {number} id of the conversation
     * @returns {Promise<Object|undefined>} what a client has to know that opens it, see `announce_presence`
     */
    async enter(id) {
        const known = this.open[id];
        if (known) {
            known.count++;
            return undefined;
        }
        this.open[id] = { count: 1, state: "viewing", typedAt: 0 };
        this.open[id].timer = browser.setInterval(() => this.beat(id), HEARTBEAT);
        this.busService.addChannel(`whatsapp.presence/${id}`);
        return this.tell(id, "viewing", true);
    }

    /** It is shown no longer. */
    leave(id) {
        const known = this.open[id];
        if (!known || --known.count > 0) {
            return;
        }
        browser.clearInterval(known.timer);
        delete this.open[id];
        delete this.colleagues[id];
        this.busService.deleteChannel(`whatsapp.presence/${id}`);
        this.tell(id, "left");
    }

    /** The user writes a reply to the customer. */
    typing(id) {
        const known = this.open[id];
        if (!known || (known.state === "typing" && Date.now() - known.typedAt < TYPING_EVERY)) {
            return;
        }
        Object.assign(known, { state: "typing", typedAt: Date.now() });
        this.tell(id, "typing");
    }

    /** The user has stopped writing, or has sent it. */
    rest(id) {
        const known = this.open[id];
        if (known?.state === "typing") {
            known.state = "viewing";
            this.tell(id, "viewing");
        }
    }

    /** @returns {Colleague[]} who else is there, those who write first */
    others(id) {
        const found = Object.values(this.colleagues[id] ?? {});
        return found.sort(
            (a, b) =>
                (b.state === "typing") - (a.state === "typing") || a.name.localeCompare(b.name),
        );
    }

    beat(id) {
        if (browser.document?.visibilityState !== "hidden") {
            this.tell(id, "viewing");
        }
    }

    async tell(id, state, ask = false) {
        try {
            if (watchedConversation() === id) {
                // whoever watches is not there; what waits is still to be known
                const pending = await this.orm.silent.call(
                    "whatsapp.conversation",
                    "pending_replies",
                    [[id]],
                );
                return { pending };
            }
            return await this.orm.silent.call("whatsapp.conversation", "announce_presence", [
                [id],
                state,
                ask,
            ]);
        } catch {
            // nobody depends on it: no right any more, no connection
            return undefined;
        }
    }

    onTold({ conversation_id: id, user_id: userId, name, state, ask, expires_in: seconds }) {
        if (!this.open[id] || userId === user.userId) {
            return;
        }
        if (userId) {
            this.note(id, userId, name, state, seconds);
        }
        if (ask) {
            browser.setTimeout(
                () => this.open[id] && this.tell(id, this.open[id].state),
                Math.random() * ANSWER_SPREAD,
            );
        }
    }

    note(id, userId, name, state, seconds) {
        const there = (this.colleagues[id] ??= {});
        if (state === "left") {
            delete there[userId];
            return;
        }
        const until = Date.now() + seconds * 1000;
        there[userId] = { userId, name, state, until };
        browser.setTimeout(() => {
            const now = this.colleagues[id]?.[userId];
            if (now && now.until <= until) {
                delete this.colleagues[id][userId];
            }
        }, seconds * 1000);
    }
}

export const whatsappPresenceService = {
    dependencies: ["bus_service", "orm"],
    start(env, services) {
        const presence = reactive(new WhatsappPresence(services));
        presence.start();
        return presence;
    },
};

registry.category("services").add("whatsapp.presence", whatsappPresenceService);
