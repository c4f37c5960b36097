import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";

import { markRaw } from "@odoo/owl";

import { InboxSelection } from "./inbox_selection";
import { COMPARE, GROUPS } from "./inbox_views";

const PAGE = 40;
/** As many rows at most are loaded anew at once. */
const MAX_PAGE = 200;
const STORAGE_KEY = "whatsapp_base.inbox.query";

/** A part of the list that is loaded page by page: the whole list, or one of its groups. */
class Section {
    rows = [];
    /** Where the next page begins; false at the end. */
    after = null;
    isLoading = false;
    isOpen = true;

    constructor(values = {}) {
        Object.assign(this, values);
    }
}

/** What the list shows: the query, the rows that were loaded of it, in order, and the counts of the views. */
export class InboxRows {
    query = {
        view: "mine",
        minutes: 15,
        order: "newest",
        group_by: false,
        search: "",
        everywhere: true,
    };
    /** @type {{id: number|false, name: string, domain: string}|false} a saved filter, or one that is being tried */
    filter = false;
    /** @type {Section[]} one without groups */
    sections = [];
    /** Whether the first page of this query is there. */
    isLoaded = false;
    hasFailed = false;
    /** @type {Object<string, number>} */
    counts = {};
    /** @type {number|false} the row that the keyboard is at */
    cursorId = false;
    /** Where the conversation stood that was open last: its neighbours are known even when it is gone. */
    _lastIndex = -1;

    /** @param {import("services").ServiceFactories} services */
    constructor(services) {
        this.orm = services.orm;
        this.selection = new InboxSelection();
        this._keepLast = markRaw(new KeepLast());
        try {
            const kept = JSON.parse(browser.localStorage.getItem(STORAGE_KEY) || "{}");
            for (const name of ["view", "minutes", "order", "group_by"]) {
                this.query[name] = kept[name] ?? this.query[name];
            }
        } catch {
            // what is kept there is of use only if it can be read
        }
    }

    // ------------------------------------------------------------
    // Rows
    // ------------------------------------------------------------

    /** @returns {Object[]} all rows on the screen, in order; with tags as groups a conversation may be there twice */
    get shown() {
        return this.sections.flatMap((section) => (section.isOpen ? section.rows : []));
    }

    get(id) {
        for (const section of this.sections) {
            const row = section.rows.find((candidate) => candidate.id === id);
            if (row) {
                return row;
            }
        }
        return undefined;
    }

    /** @returns {number|undefined} the conversation before (-1) or after (1) another one */
    neighbour(id, step) {
        const { shown } = this;
        const index = shown.findIndex((row) => row.id === id);
        if (index >= 0) {
            return shown[index + step]?.id;
        }
        // it left the list: what came after it stands in its place
        const place = Math.max(0, this._lastIndex) + (step > 0 ? 0 : -1);
        return (shown[place] ?? shown[step > 0 ? shown.length - 1 : 0])?.id;
    }

    rememberPlace(id) {
        const index = this.shown.findIndex((row) => row.id === id);
        if (index >= 0) {
            this._lastIndex = index;
        }
    }

    get serverQuery() {
        const query = { ...this.query };
        if (this.filter) {
            query.domain = this.filter.leaves;
        }
        return query;
    }

    get isSearching() {
        return Boolean(this.query.search);
    }

    // ------------------------------------------------------------
    // Loading
    // ------------------------------------------------------------

    /** Show something else: begin at the top. */
    async change(values, filter = this.filter) {
        Object.assign(this.query, values);
        this.filter = filter;
        this.isLoaded = false;
        this.sections = [];
        this.selection.clear();
        this.cursorId = false;
        const { view, minutes, order, group_by } = this.query;
        browser.localStorage.setItem(
            STORAGE_KEY,
            JSON.stringify({ view, minutes, order, group_by }),
        );
        await this.load();
    }

    /** Load what is shown, from the top; what was loaded before stays until it is there. */
    async load() {
        this.hasFailed = false;
        try {
            const sections = await this._keepLast.add(
                this.query.group_by ? this._fetchGroups() : this._fetchPlain(),
            );
            this.sections = sections;
            this.isLoaded = true;
        } catch (error) {
            this.hasFailed = true;
            throw error;
        }
        if (this.query.group_by) {
            const open = this.sections.filter((section) => section.isOpen);
            await Promise.all(open.map((section) => this.loadMore(section)));
        }
    }

    async _fetchPlain() {
        const loaded = this.isLoaded ? (this.sections[0]?.rows.length ?? 0) : 0;
        const limit = Math.min(Math.max(loaded, PAGE), MAX_PAGE);
        const { rows, after } = await this._fetch({}, null, limit);
        return [new Section({ rows, after })];
    }

    async _fetchGroups() {
        const known = new Map(this.sections.map((section) => [section.id, section]));
        const groups = await this.orm.silent.call("whatsapp.conversation", "inbox_groups", [
            this.serverQuery,
        ]);
        const none = GROUPS.find((group) => group.id === this.query.group_by)?.none;
        return groups.map(
            (group, index) =>
                new Section({
                    ...group,
                    name: group.id ? group.name : none.toString(),
                    isOpen: known.get(group.id)?.isOpen ?? index < 3,
                }),
        );
    }

    _fetch(extra, after, limit = PAGE) {
        const query = { ...this.serverQuery, ...extra };
        return this.orm.silent.call("whatsapp.conversation", "inbox_list", [query, after, limit]);
    }

    /** Load the next page of the list or of a group. */
    async loadMore(section) {
        if (section.isLoading || section.after === false) {
            return;
        }
        section.isLoading = true;
        try {
            const extra = this.query.group_by ? { group: section.id } : {};
            const { rows, after } = await this._fetch(extra, section.after);
            const known = new Set(section.rows.map((row) => row.id));
            section.rows.push(...rows.filter((row) => !known.has(row.id)));
            section.after = after;
        } finally {
            section.isLoading = false;
        }
    }

    async toggleSection(section) {
        section.isOpen = !section.isOpen;
        if (section.isOpen && !section.rows.length) {
            await this.loadMore(section);
        }
    }

    async loadCounts() {
        this.counts = await this.orm.silent.call("whatsapp.conversation", "inbox_counts", [
            this.query.minutes,
        ]);
    }

    // ------------------------------------------------------------
    // Changes
    // ------------------------------------------------------------

    /**
     * Bring rows up to date: changed ones move to their place, those that belong elsewhere now leave.
     *
     * @param {number[]} ids that may have changed, of the list or not
     */
    async refresh(ids) {
        if (this.query.group_by || ids.length > MAX_PAGE) {
            // into which groups they belong is for the server to say, and of so many it would not tell all
            await this.load();
            return;
        }
        const section = this.sections[0];
        if (!section) {
            return;
        }
        const rows = await this.orm.silent.call("whatsapp.conversation", "inbox_rows", [
            ids,
            this.serverQuery,
        ]);
        if (section !== this.sections[0]) {
            return; // something else is shown meanwhile
        }
        this.place(section, ids, rows);
    }

    /** Put fresh rows in the place of old ones; rows beyond what is loaded come with their page. */
    place(section, ids, fresh) {
        const gone = new Set(ids);
        const order = COMPARE[this.query.order];
        const rows = section.rows.filter((row) => !gone.has(row.id));
        const last = rows.at(-1);
        for (const row of fresh) {
            if (section.after && last && order(row, last) > 0) {
                continue;
            }
            rows.push({ match: false, ...row });
        }
        section.rows = rows.sort(order);
        const left = ids.filter((id) => !fresh.some((row) => row.id === id));
        this.selection.remove(left);
        if (left.includes(this.cursorId)) {
            this.cursorId = false;
        }
    }

    // ------------------------------------------------------------
    // Keyboard
    // ------------------------------------------------------------

    /** Move the cursor up or down; it begins at the open conversation. */
    moveCursor(step, activeId) {
        const from = this.cursorId || activeId;
        const { shown } = this;
        const index = shown.findIndex((row) => row.id === from);
        const next = index < 0 ? shown[0] : shown[index + step];
        if (next) {
            this.cursorId = next.id;
        }
        return this.cursorId;
    }

    get emptyText() {
        if (this.isSearching) {
            return {
                icon: "fa-search",
                title: _t("Nothing found"),
                text: _t(
                    "Names, numbers and texts are searched by the beginnings of words. Try fewer letters or another word.",
                ),
            };
        }
        if (this.filter) {
            return {
                icon: "fa-filter",
                title: _t("No conversation fits this filter"),
                text: _t("Change the filter, or look at another view."),
            };
        }
        return EMPTY[this.query.view] ?? EMPTY.all;
    }
}

const EMPTY = {
    mine: {
        icon: "fa-smile-o",
        title: _t("You are done"),
        text: _t("Nothing is assigned to you. Take a conversation from “Unassigned”."),
        view: "unassigned",
    },
    unassigned: {
        icon: "fa-check-circle-o",
        title: _t("Nobody waits for an agent"),
        text: _t("New messages of customers appear here by themselves."),
    },
    teams: {
        icon: "fa-users",
        title: _t("Your teams have nothing to do"),
        text: _t("Are you in no team yet? A supervisor adds you under Configuration, Teams."),
    },
    all: {
        icon: "fa-whatsapp",
        title: _t("No conversation yet"),
        text: _t("When a customer writes to one of your numbers, the conversation appears here."),
    },
    waiting: {
        icon: "fa-thumbs-o-up",
        title: _t("Nobody waits that long"),
        text: _t("Choose fewer minutes to see who waits at all."),
    },
    snoozed: {
        icon: "fa-moon-o",
        title: _t("Nothing is snoozed"),
        text: _t(
            "Snoozed conversations come back at their time, or as soon as the customer writes.",
        ),
    },
    resolved: {
        icon: "fa-check",
        title: _t("Nothing is resolved yet"),
        text: _t("Resolve a conversation when there is nothing left to do: press E."),
    },
};
