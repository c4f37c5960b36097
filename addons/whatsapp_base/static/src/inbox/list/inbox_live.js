import { browser } from "@web/core/browser/browser";
import { user } from "@web/core/user";

/** Changes of this time (ms) are asked for together, each client at a moment of its own. */
const REFRESH_AFTER = 150;
const REFRESH_SPREAD = 450;
/** In a flood, and for counts, clients look again within this time. */
const FLOOD_AFTER = 1000;
const FLOOD_SPREAD = 2000;
const COUNTS_AFTER = 2500;
const COUNTS_SPREAD = 2500;
/** More changed rows than this are not asked for one by one. */
const MAX_IDS = 40;

/**
 * Keeps the list and the open conversation as they are on the server: changes are announced by ID, and fetched with the
 * user's own rights.
 */
export class InboxLive {
    /** @type {Set<number>} */
    changed = new Set();
    needsReload = false;
    timer = null;
    countsTimer = null;

    /**
     * @param {import("../inbox_service").WhatsappInbox} inbox
     * @param {import("services").ServiceFactories} services
     */
    constructor(inbox, services) {
        this.inbox = inbox;
        this.bus = services.bus_service;
    }

    start() {
        this.bus.subscribe("whatsapp.conversation/queue", (payload) => this.onQueue(payload));
        // whoever takes part in a conversation hears of it on its own channel, whatever the team
        this.bus.subscribe("mail.record/insert", (payload) => {
            const records = payload["whatsapp.conversation"];
            if (records) {
                this.onChanged([records].flat().map(({ id }) => id));
            }
        });
        this.bus.addEventListener("BUS:RECONNECT", () => this.reloadSoon());
        browser.addEventListener("visibilitychange", () => {
            if (!document.hidden) {
                this.schedule();
            }
        });
    }

    /**
     * @param {Object} payload
     * @param {number[]} [payload.changed] conversations
     * @param {number[]} [payload.agents] whose they are, in the same order
     * @param {boolean} [payload.changed_more] there are more than were named
     * @param {number[]} [payload.gone] conversations that wait no longer, went to another team, are no longer shared
     * @param {boolean} [payload.flood] so many more wait now that their data is not sent
     */
    onQueue(payload) {
        if (!this.inbox.isActive) {
            return;
        }
        this.inbox.follow.hear(payload);
        const { changed = [], agents = [], gone = [] } = payload;
        if (payload.changed_more || payload.flood) {
            this.reloadSoon();
            return;
        }
        const { activeId, rows } = this.inbox;
        const isMineOnly = rows.query.view === "mine" && !rows.query.search;
        const isShown = (id) => id === activeId || rows.get(id);
        const relevant = changed.filter(
            (id, index) => !isMineOnly || agents[index] === user.userId || isShown(id),
        );
        this.onChanged([...relevant, ...gone.filter(isShown)]);
        this.countSoon();
    }

    /** @param {number[]} ids */
    onChanged(ids) {
        if (!this.inbox.isActive || !ids.length) {
            return;
        }
        for (const id of ids) {
            this.changed.add(id);
        }
        this.schedule();
        this.countSoon();
    }

    reloadSoon() {
        if (this.inbox.isActive) {
            this.needsReload = true;
            this.schedule();
            this.countSoon();
        }
    }

    schedule() {
        if (this.timer !== null || document.hidden || !(this.needsReload || this.changed.size)) {
            return;
        }
        const isFlood = this.needsReload || this.changed.size > MAX_IDS;
        const delay = isFlood
            ? FLOOD_AFTER + Math.random() * FLOOD_SPREAD
            : REFRESH_AFTER + Math.random() * REFRESH_SPREAD;
        this.timer = browser.setTimeout(() => this.refresh(), delay);
    }

    async refresh() {
        const ids = [...this.changed];
        const reload = this.needsReload || ids.length > MAX_IDS;
        this.changed.clear();
        this.needsReload = false;
        try {
            if (this.inbox.isActive) {
                const { activeId, follow, rows } = this.inbox;
                await Promise.all([
                    reload ? rows.load() : rows.refresh(ids),
                    reload || ids.includes(activeId) ? follow.look() : undefined,
                ]);
            }
        } finally {
            this.timer = null;
            this.schedule(); // what came meanwhile
        }
    }

    /** @param {{now?: boolean}} [options] the user waits for it */
    countSoon({ now = false } = {}) {
        if (now) {
            browser.clearTimeout(this.countsTimer);
            this.countsTimer = null;
        }
        if (this.countsTimer === null && this.inbox.isActive) {
            const delay = now ? 0 : COUNTS_AFTER + Math.random() * COUNTS_SPREAD;
            this.countsTimer = browser.setTimeout(async () => {
                try {
                    if (!document.hidden) {
                        await this.inbox.rows.loadCounts();
                    }
                } finally {
                    this.countsTimer = null;
                }
            }, delay);
        }
    }
}
