import { markRaw, reactive } from "@odoo/owl";

import { registry } from "@web/core/registry";

import { setWatchedConversation, watchedConversation } from "../board/watched";
import { InboxFollow } from "./inbox_follow";
import { InboxActions } from "./list/inbox_actions";
import { InboxFilters } from "./list/inbox_filters";
import { InboxLive } from "./list/inbox_live";
import { InboxRows } from "./list/inbox_rows";

/** On a phone one column at a time, in this order. */
export const COLUMNS = ["list", "thread", "panel"];

/**
 * What the three columns of the inbox share: which conversation is open, and what one column asks of another.
 * Columns that can do something say so (`register`), whoever wants it done calls the method here.
 */
export class WhatsappInbox {
    /** @type {number|false} the open conversation */
    activeId = false;
    /** @type {import("models").Thread|undefined} its thread, once it is known */
    thread = undefined;
    /** @type {number|false} the conversation that a supervisor reads without being noticed */
    watchedId = watchedConversation();
    /** Whether the inbox is on the screen. */
    isActive = false;
    /** @type {"list"|"thread"|"panel"} what a phone shows */
    column = "list";
    isPanelOpen = true;
    /** @type {Object<string, Function>} what the columns can do at this moment */
    _commands = {};

    /** @param {import("services").ServiceFactories} services */
    constructor(services) {
        this.services = markRaw({ ...services });
        this.store = services["mail.store"];
        this.orm = services.orm;
        this.rows = new InboxRows(services);
    }

    /** What works on this inbox gets it as others see it: changes are noticed. */
    start() {
        this.actions = new InboxActions(this, this.services);
        this.filters = new InboxFilters(this, this.services);
        this.follow = new InboxFollow(this, this.services);
        this.live = new InboxLive(this, this.services);
        this.live.start();
    }

    // ------------------------------------------------------------
    // What is open
    // ------------------------------------------------------------

    /**
     * Open a conversation, or none.
     *
     * @param {number|false} id of the `whatsapp.conversation`
     * @param {{focus?: boolean, messageId?: number}} [options] put the cursor into the composer; show this message
     */
    async open(id, { focus = false, messageId } = {}) {
        if (!id) {
            this.close();
            return;
        }
        this.column = "thread";
        if (id !== this.watchedId) {
            this.stopWatching();
        }
        const isNew = id !== this.activeId;
        if (isNew) {
            this.activeId = id;
            this.rows.rememberPlace(id);
            this.thread = undefined;
            this.showThread(undefined);
            const thread = await this.fetchThread(id);
            if (this.activeId !== id) {
                return; // the next one was opened meanwhile
            }
            if (!thread) {
                this.close();
                return;
            }
            this.thread = thread;
            this.showThread(thread);
        }
        if (messageId && this.thread) {
            this.thread.highlightMessage = messageId;
        }
        if (focus && isNew) {
            this.thread.composer.autofocus++; // its column is not there yet
        } else if (focus) {
            this.reply();
        }
    }

    /**
     * Read a conversation without being noticed: nothing is marked as read, nobody is told.
     *
     * @param {number} id of the `whatsapp.conversation`
     */
    watch(id) {
        this.watchedId = id;
        setWatchedConversation(id);
    }

    stopWatching() {
        this.watchedId = false;
        setWatchedConversation(false);
    }

    close() {
        this.stopWatching();
        this.activeId = false;
        this.thread = undefined;
        this.showThread(undefined);
        this.column = "list";
    }

    /** @returns {Promise<import("models").Thread|undefined>} */
    async fetchThread(id) {
        const known = this.store["whatsapp.conversation"].get(id)?.discuss_channel_id;
        if (known?.whatsapp_conversation_id) {
            return known;
        }
        const channelId =
            this.rows.get(id)?.thread_id ||
            (await this.orm.call("whatsapp.conversation", "inbox_open", [[id]]));
        return this.store.Thread.getOrFetch({ model: "discuss.channel", id: channelId }, [
            "whatsapp_conversation_id",
        ]);
    }

    /** Tell Discuss what is on the screen: it marks messages as read, and opens no chat window for it. */
    showThread(thread) {
        this.store.discuss.whatsappInboxThread = this.isActive ? thread : undefined;
    }

    setActive(isActive) {
        this.isActive = isActive;
        this.store.discuss.isWhatsappInboxActive = isActive;
        if (!this.thread?.exists()) {
            this.thread = undefined; // it was deleted meanwhile
        }
        this.showThread(this.thread);
        if (isActive) {
            this.follow.look(); // what was open when the user left may be somebody else's now
        }
    }

    next() {
        return this.openNeighbour(1);
    }

    previous() {
        return this.openNeighbour(-1);
    }

    openNeighbour(step) {
        const id = this.rows.neighbour(this.activeId, step);
        return id ? this.open(id) : undefined;
    }

    // ------------------------------------------------------------
    // Columns
    // ------------------------------------------------------------

    /** Go back one column on a phone. */
    back() {
        const index = COLUMNS.indexOf(this.column);
        if (index <= 1) {
            this.close();
        } else {
            this.column = COLUMNS[index - 1];
        }
    }

    togglePanel() {
        if (this.services.ui.isSmall) {
            this.column = this.column === "panel" ? "thread" : "panel";
        } else {
            this.isPanelOpen = !this.isPanelOpen;
        }
    }

    /**
     * A column says what it can do, for as long as it is on the screen.
     *
     * @param {Object<string, Function>} commands such as `{reply, focusSearch}`
     * @returns {Function} to take them back
     */
    register(commands) {
        Object.assign(this._commands, commands);
        return () => {
            for (const [name, command] of Object.entries(commands)) {
                if (this._commands[name] === command) {
                    delete this._commands[name];
                }
            }
        };
    }

    /** Put the cursor into the composer of the open conversation. */
    reply() {
        if (this._commands.reply) {
            this._commands.reply();
        } else if (this.thread?.composer) {
            this.thread.composer.autofocus++;
        }
    }

    focusSearch() {
        this._commands.focusSearch?.();
    }

    /** Tag what is meant: in the panel's own field if it shows that conversation, else with the palette. */
    tag() {
        const { query, ids } = this.actions.target ?? {};
        const isOpenOne = !query && ids?.length === 1 && ids[0] === this.activeId;
        return (isOpenOne && this._commands.tag?.()) || this.actions.tag();
    }
}

export const whatsappInboxService = {
    dependencies: [
        "action",
        "bus_service",
        "command",
        "dialog",
        "mail.attachment_upload",
        "mail.store",
        "notification",
        "orm",
        "ui",
        "whatsapp.queue",
    ],
    start(env, services) {
        const inbox = reactive(new WhatsappInbox(services));
        inbox.start();
        return inbox;
    },
};

registry.category("services").add("whatsapp.inbox", whatsappInboxService);
