import { _t } from "@web/core/l10n/translation";
import { serializeDateTime } from "@web/core/l10n/dates";
import { user } from "@web/core/user";

import { inBatches } from "../../backend/batches/batches";
import { InboxSnoozeDialog } from "./inbox_snooze_dialog";

const { DateTime } = luxon;

/** @returns {{name: string, until: Object}[]} the usual times to snooze until, in the user's own time */
export function snoozeChoices(now = DateTime.now()) {
    const morning = (date) => date.set({ hour: 9, minute: 0, second: 0, millisecond: 0 });
    return [
        { name: _t("In one hour"), until: now.plus({ hours: 1 }) },
        { name: _t("In four hours"), until: now.plus({ hours: 4 }) },
        { name: _t("Tomorrow at nine"), until: morning(now.plus({ days: 1 })) },
        { name: _t("Next Monday at nine"), until: morning(now.plus({ days: 8 - now.weekday })) },
    ];
}

/** What can be done to the marked conversations, or to the one that is open: one call for all of them, or a few. */
export class InboxActions {
    /**
     * @param {import("../inbox_service").WhatsappInbox} inbox
     * @param {import("services").ServiceFactories} services
     */
    constructor(inbox, services) {
        this.inbox = inbox;
        this.services = services;
        this.choices = undefined;
    }

    /** @returns {{ids?: number[], query?: Object}|undefined} which conversations are meant */
    get target() {
        const { activeId, rows } = this.inbox;
        if (rows.selection.isWholeView) {
            return { query: rows.serverQuery };
        }
        if (rows.selection.size) {
            return { ids: [...rows.selection.ids] };
        }
        const id = rows.cursorId || activeId;
        return id ? { ids: [id] } : undefined;
    }

    /**
     * @param {string} action see `inbox_bulk` of the model
     * @param {any} [value]
     * @param {{ids?: number[], query?: Object}} [target] by default what is marked or open
     * @returns {Promise<number[]>} conversations that were changed
     */
    async run(action, value = false, target = this.target) {
        if (!target) {
            return [];
        }
        const { dialog, orm } = this.services;
        const meant =
            target.ids ?? (await orm.call("whatsapp.conversation", "inbox_ids", [target.query]));
        const changed = [];
        try {
            await inBatches(dialog, meant, async (batch) => {
                const { ids } = await orm.call("whatsapp.conversation", "inbox_bulk", [
                    action,
                    batch,
                    value,
                ]);
                changed.push(...ids);
            });
        } catch (error) {
            if (changed.length) {
                await this._show(target, changed); // what came before the mistake is done
            }
            throw error;
        }
        await this._show(target, changed);
        return changed;
    }

    async _show(target, changed) {
        const { rows } = this.inbox;
        if (target.query || target.ids.some((id) => rows.selection.has(id))) {
            rows.selection.clear();
        }
        await (target.query ? rows.load() : rows.refresh(changed));
        this.inbox.live.countSoon({ now: true });
    }

    // ------------------------------------------------------------
    // Resolve
    // ------------------------------------------------------------

    async resolve(target = this.target) {
        const { activeId, rows } = this.inbox;
        const isOpen = target?.ids?.length === 1 && target.ids[0] === activeId;
        const next = isOpen && (rows.neighbour(activeId, 1) || rows.neighbour(activeId, -1));
        const ids = await this.run("resolve", false, target);
        if (!ids.length) {
            return;
        }
        if (isOpen && !this.services.ui.isSmall && next) {
            this.inbox.open(next);
        } else if (isOpen) {
            this.inbox.close();
        }
        this.offerUndo(ids, () => isOpen && this.inbox.open(ids[0]));
    }

    /**
     * Say that conversations were resolved, with a way back.
     *
     * @param {number[]} ids
     * @param {Function} onUndone what to do when they are open again
     */
    offerUndo(ids, onUndone) {
        const close = this.services.notification.add(
            ids.length === 1 ? _t("Resolved.") : _t("%s conversations were resolved.", ids.length),
            {
                type: "success",
                buttons: [
                    {
                        name: _t("Undo"),
                        onClick: async () => {
                            close();
                            await this.run("reopen", false, { ids });
                            await onUndone();
                        },
                    },
                ],
            },
        );
    }

    reopen(target = this.target) {
        return this.run("reopen", false, target);
    }

    // ------------------------------------------------------------
    // Menus
    // ------------------------------------------------------------

    async loadChoices() {
        this.choices = await this.services.orm.call("whatsapp.conversation", "inbox_choices", []);
        return this.choices;
    }

    /** Ask with Odoo's command palette: it is searched by typing, and works with keyboard and finger. */
    ask(placeholder, commands) {
        // what an action returns would be taken for the next palette, and this one would stay
        const closing = commands.map(({ name, action }) => ({ name, action: () => void action() }));
        this.services.command.openPalette({
            configByNamespace: { default: { placeholder } },
            providers: [{ provide: () => closing }],
        });
    }

    async assign(target = this.target) {
        if (!target) {
            return;
        }
        const { agents, teams } = await this.loadChoices();
        const others = agents.filter((agent) => agent.id !== user.userId);
        const commands = [
            { name: _t("Me"), action: () => this.run("assign", user.userId, target) },
            { name: _t("Nobody"), action: () => this.run("assign", false, target) },
            ...others.map((agent) => ({
                name: agent.name,
                action: () => this.run("assign", agent.id, target),
            })),
            ...teams.map((team) => ({
                name: _t("Team %s", team.name),
                action: () => this.run("team", team.id, target),
            })),
        ];
        this.ask(_t("Assign to…"), commands);
    }

    async tag(target = this.target) {
        if (!target) {
            return;
        }
        const { tags } = await this.loadChoices();
        if (!tags.length) {
            this.services.notification.add(
                _t("There are no tags yet. A supervisor makes them under Configuration, Tags."),
                { type: "info" },
            );
            return;
        }
        const rows = (target.ids ?? []).map((id) => this.inbox.rows.get(id)).filter(Boolean);
        const isOnAll = (tag) =>
            rows.length > 0 &&
            rows.length === target.ids?.length &&
            rows.every((row) => row.tags.some(([id]) => id === tag.id));
        this.ask(
            _t("Tag…"),
            tags.map((tag) => {
                const isOn = isOnAll(tag);
                return {
                    name: isOn ? _t("Remove “%s”", tag.name) : tag.name,
                    action: () => this.run(isOn ? "untag" : "tag", tag.id, target),
                };
            }),
        );
    }

    snooze(target = this.target) {
        if (!target) {
            return;
        }
        const until = (date) => this.run("snooze", serializeDateTime(date), target);
        const isSnoozed = target.ids?.every((id) => this.inbox.rows.get(id)?.snoozed_until);
        this.ask(_t("Snooze until…"), [
            ...(isSnoozed
                ? [{ name: _t("Wake up now"), action: () => this.run("unsnooze", false, target) }]
                : []),
            ...snoozeChoices().map((choice) => ({
                name: `${choice.name} (${choice.until.toLocaleString({
                    weekday: "short",
                    hour: "numeric",
                    minute: "2-digit",
                })})`,
                action: () => until(choice.until),
            })),
            {
                name: _t("Another time…"),
                action: () => {
                    this.services.dialog.add(InboxSnoozeDialog, { onConfirm: until });
                },
            },
        ]);
    }

    setPriority(target = this.target) {
        if (!target) {
            return;
        }
        this.ask(_t("Priority…"), [
            { name: _t("Urgent"), action: () => this.run("priority", "2", target) },
            { name: _t("High"), action: () => this.run("priority", "1", target) },
            { name: _t("Normal"), action: () => this.run("priority", "0", target) },
        ]);
    }
}
