import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

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
    openForInbox() {
        const inbox = this.services["whatsapp.inbox"];
        const { ids, query } = inbox.actions.target ?? {};
        if (query) {
            this.services.notification.add(
                _t("Macros run on what is marked one by one, not on a whole view. Mark all shown."),
                { type: "warning" },
            );
        } else if (ids) {
            this.open(ids, {
                onDone: ({ done }) => {
                    inbox.rows.selection.clear();
                    inbox.rows.refresh(done);
                },
            });
        }
    }

    /** @returns {Promise<{done: number[], failed: {id: number, name: string, problem: string}[]}>} */
    async run(macroId, conversationIds) {
        const report = await this.services.orm.call("whatsapp.macro", "run", [
            [macroId],
            conversationIds,
        ]);
        if (report.failed.length) {
            this.services.dialog.add(MacroReport, { report });
        } else {
            const message =
                report.done.length === 1
                    ? _t("“%s” is done.", report.name)
                    : _t("“%(name)s” is done on %(count)s conversations.", {
                          name: report.name,
                          count: report.done.length,
                      });
            this.services.notification.add(message, { type: "success" });
        }
        return report;
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
