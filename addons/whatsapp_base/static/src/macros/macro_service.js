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
        const isAvailable = () => Boolean(inbox.isActive && inbox.activeId);
        services.command.add(_t("Run a macro"), () => macros.open([inbox.activeId]), {
            category: "app",
            hotkey: "m",
            isAvailable,
        });
        return macros;
    },
};

registry.category("services").add("whatsapp.macros", whatsappMacroService);
