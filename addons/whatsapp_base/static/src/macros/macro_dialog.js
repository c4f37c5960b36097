import { Component, onWillStart, useState } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { fuzzyLookup } from "@web/core/utils/search";

/**
 * Which macro to run, with what it will do, word for word.
 *
 * @typedef {Object} Props
 * @property {number[]} conversationIds
 * @property {(macro: Object) => Promise<void>} run
 * @property {Function} close
 * @extends {Component<Props, Env>}
 */
export class MacroDialog extends Component {
    static template = "whatsapp_base.MacroDialog";
    static components = { Dialog };
    static props = { conversationIds: Array, run: Function, close: Function };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ macros: [], search: "", index: 0, isRunning: false });
        this.input = useAutofocus({ refName: "search" });
        onWillStart(async () => {
            this.state.macros = await this.orm.call("whatsapp.macro", "for_conversations", [
                this.props.conversationIds,
            ]);
        });
    }

    get title() {
        const count = this.props.conversationIds.length;
        return count === 1 ? _t("Run a macro") : _t("Run a macro on %s conversations", count);
    }

    /** @returns {Object[]} what matches the search, the most used first */
    get found() {
        const { macros, search } = this.state;
        return search.trim()
            ? fuzzyLookup(search.trim(), macros, (macro) => [
                  macro.name,
                  ...macro.steps.map((step) => step.label || ""),
              ])
            : macros;
    }

    get active() {
        return this.found[Math.min(this.state.index, this.found.length - 1)];
    }

    /** Whether a step says that it cannot be done: then nothing would be. */
    isBlocked(macro) {
        return macro.steps.some((step) => step.blocks);
    }

    summary(macro) {
        return macro.steps.map((step) => step.label).join(" · ");
    }

    onInput(ev) {
        this.state.search = ev.target.value;
        this.state.index = 0;
    }

    onKeydown(ev) {
        const last = this.found.length - 1;
        if (ev.key === "ArrowDown") {
            this.state.index = Math.min(this.state.index + 1, last);
        } else if (ev.key === "ArrowUp") {
            this.state.index = Math.max(this.state.index - 1, 0);
        } else if (ev.key === "Enter" && this.active) {
            this.run(this.active);
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    select(index) {
        this.state.index = index;
    }

    async run(macro) {
        if (this.state.isRunning || this.isBlocked(macro)) {
            return;
        }
        this.state.isRunning = true;
        try {
            await this.props.run(macro);
            this.props.close();
        } finally {
            this.state.isRunning = false;
        }
    }

    manage() {
        this.props.close();
        this.action.doAction("whatsapp_base.whatsapp_macro_action");
    }
}

/** What a macro could not do, by conversation. */
export class MacroReport extends Component {
    static template = "whatsapp_base.MacroReport";
    static components = { Dialog };
    static props = { report: Object, close: Function };

    setup() {
        this.inbox = useService("whatsapp.inbox");
    }

    get title() {
        const { done, failed, name } = this.props.report;
        return _t("“%(name)s”: %(done)s done, %(failed)s left as they were", {
            name,
            done: done.length,
            failed: failed.length,
        });
    }

    open(id) {
        this.props.close();
        this.inbox.open(id);
    }
}
