import { WhatsappPhone } from "@whatsapp_base/template_preview/phone";

import { Component, onWillStart, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

const DELAY = 250;

/**
 * In the place of the text field: choose an approved template, see it filled in for this customer, send it.
 *
 * @typedef {Object} Props
 * @property {import("models").Thread} thread
 * @property {function(): void} [onSent]
 * @extends {Component<Props, Env>}
 */
export class WhatsappTemplatePicker extends Component {
    static template = "whatsapp_base.TemplatePicker";
    static components = { WhatsappPhone };
    static props = { thread: Object, onSent: { type: Function, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.state = useState({
            term: "",
            choices: [],
            isLoaded: false,
            chosen: undefined,
            draft: undefined,
            values: {},
            isSending: false,
        });
        // one each: a search that is still under way must not take the chosen template's text away
        this.lastChoices = new KeepLast();
        this.lastDraft = new KeepLast();
        useAutofocus({ refName: "search", mobile: false });
        this.search = useDebounced(() => this.fetchChoices(), DELAY);
        this.preview = useDebounced(() => this.fetchDraft(), DELAY);
        onWillStart(() => {
            // the thread must not wait for it
            this.fetchChoices();
        });
    }

    get conversation() {
        return this.props.thread.whatsapp_conversation_id;
    }

    get isComplete() {
        const { draft, values } = this.state;
        return Boolean(
            draft &&
            !draft.problem &&
            draft.lines.every(({ key }) => (values[key] ?? "").trim() !== ""),
        );
    }

    call(method, ...args) {
        return this.orm.silent.call("whatsapp.conversation", method, [
            [this.conversation.id],
            ...args,
        ]);
    }

    category({ category }) {
        return { MARKETING: _t("Marketing"), UTILITY: _t("Utility") }[category];
    }

    label({ name }) {
        const words = name.replaceAll("_", " ");
        return words.charAt(0).toUpperCase() + words.slice(1);
    }

    async fetchChoices() {
        this.state.choices = await this.lastChoices.add(
            this.call("template_choices", this.state.term.trim()),
        );
        this.state.isLoaded = true;
    }

    async onClickChoice(choice) {
        if (choice.needs_dialog) {
            // files, cards and the end of an offer are asked for by the dialog
            const action = await this.call("action_send_template");
            action.context = { ...action.context, default_template_id: choice.id };
            this.action.doAction(action);
            return;
        }
        Object.assign(this.state, { chosen: choice, draft: undefined, values: {} });
        await this.fetchDraft();
    }

    async fetchDraft() {
        const { chosen } = this.state;
        if (!chosen) {
            return;
        }
        const draft = await this.lastDraft.add(
            this.call("template_draft", chosen.id, { ...this.state.values }),
        );
        if (!this.state.draft) {
            for (const { key, value } of draft.lines) {
                this.state.values[key] = value;
            }
        }
        this.state.draft = draft;
    }

    onInput(key, ev) {
        this.state.values[key] = ev.target.value;
        this.preview();
    }

    /** @param {KeyboardEvent} ev arrows go from the search to the templates and through them */
    onKeydownList(ev) {
        const step = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
        if (!step) {
            return;
        }
        const stops = [
            ...ev.currentTarget.querySelectorAll("input, .o-whatsapp-TemplatePicker-choice"),
        ];
        const next = stops[stops.indexOf(ev.target) + step];
        if (next) {
            ev.preventDefault();
            next.focus();
        }
    }

    onClickBack() {
        Object.assign(this.state, { chosen: undefined, draft: undefined });
    }

    async onClickSend() {
        this.state.isSending = true;
        try {
            await this.call("send_template_draft", this.state.chosen.id, { ...this.state.values });
        } finally {
            this.state.isSending = false;
        }
        this.notification.add(_t("The template is on its way."), { type: "success" });
        this.onClickBack();
        // the usual mode: when the customer answers, the composer is one for replies by itself
        this.props.thread.composer.setWhatsappMode(undefined);
        this.props.onSent?.();
    }
}
