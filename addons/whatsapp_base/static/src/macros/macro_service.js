import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

import { inBatches } from "../backend/batches/batches";
import { MacroDialog, MacroReport } from "./macro_dialog";

/** Offers the macros of conversations, runs one and says what became of it. */
export class WhatsappMacros {
    /** @param {import("services").ServiceFactories} services */
    constructor(services) {
        this.services = services;
    }

    /**
     * Let the user choose a macro for conversations, and run it.
     *
     * @param {number[]} conversationIds
     * @param {{onDone?: (report: Object) => void}} [options]
     */
    open(conversationIds, { onDone } = {}) {
        if (!conversationIds.length) {
            return;
        }
        this.services.dialog.add(MacroDialog, {
            conversationIds,
            run: async (macro) => {
                const report = await this.run(macro.id, conversationIds);
                onDone?.(report);
            },
        });
    }

    /** The same for what is marked in the inbox, or else for the conversation under the cursor or open. */
    async openForInbox() {
        const inbox = this.services["whatsapp.inbox"];
        const { ids, query } = inbox.actions.target ?? {};
        const { rows } = inbox;
        if (query) {
            const { orm } = this.services;
            this.open(await orm.call("whatsapp.conversation", "inbox_ids", [query]), {
                onDone: () => {
                    rows.selection.clear();
                    rows.load();
                },
            });
        } else if (ids) {
            this.open(ids, {
                onDone: ({ done }) => {
                    rows.selection.clear();
                    rows.refresh(done);
                },
            });
        }
    }

    /**
     * On many it is several requests; what was done before a mistake or a stop is in the report and stays done.
     *
     * @returns {Promise<{done: number[], failed: {id: number, name: string, problem: string}[]}>}
     */
    async run(macroId, conversationIds) {
        const { dialog, orm } = this.services;
        const report = { done: [], failed: [], name: "" };
        try {
            await inBatches(dialog, conversationIds, async (ids) => {
                const part = await orm.call("whatsapp.macro", "run", [[macroId], ids]);
                report.done.push(...part.done);
                report.failed.push(...part.failed);
                report.name = part.name;
            });
        } finally {
            this._tell(report);
        }
        return report;
    }

    _tell(report) {
        if (report.failed.length) {
            this.services.dialog.add(MacroReport, { report });
        } else if (report.done.length) {
            const message =
                report.done.length === 1
                    ? _t("“%s” is done.", report.name)
                    : _t("“%(name)s” is done on %(count)s conversations.", {
                          name: report.name,
                          count: report.done.length,
                      });
            this.services.notification.add(message, { type: "success" });
        }
    }
}

export const whatsappMacroService = {
    dependencies: ["action", "command", "dialog", "notification", "orm", "whatsapp.inbox"],
    start(env, services) {
        const macros = new WhatsappMacros(services);
        const inbox = services["whatsapp.inbox"];
        const isAvailable = () => Boolean(inbox.isActive && inbox.actions.target);
        services.command.add(_t("Run a macro"), () => macros.openForInbox(), {
            category: "app",
            hotkey: "m",
            isAvailable,
        });
        return macros;
    },
};

registry.category("services").add("whatsapp.macros", whatsappMacroService);
