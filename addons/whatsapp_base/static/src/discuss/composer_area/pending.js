import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/**
 * What waits for the customer's next message; each text can be changed, everything taken back until then.
 *
 * @typedef {Object} Props
 * @property {import("models").Thread} thread
 * @extends {Component<Props, Env>}
 */
export class WhatsappPending extends Component {
    static template = "whatsapp_base.Pending";
    static props = { thread: Object };

    setup() {
        this.store = useService("mail.store");
        this.orm = useService("orm");
        this.bus = useService("bus_service");
        this.state = useState({ editing: false, text: "", busy: false });
        const onChange = ({ id }) => {
            if (id === this.conversation?.id && this.store.has_access_whatsapp) {
                this.fetch();
            }
        };
        onMounted(() => this.bus.subscribe("whatsapp.conversation/pending", onChange));
        onWillUnmount(() => this.bus.unsubscribe("whatsapp.conversation/pending", onChange));
    }

    get conversation() {
        return this.props.thread.whatsapp_conversation_id;
    }

    get rows() {
        return this.conversation?.pending ?? [];
    }

    get title() {
        return _t("Sent when %(name)s writes again", { name: this.conversation.name });
    }

    async fetch() {
        this.conversation.pending = await this.call("pending_replies");
    }

    call(method, ...args) {
        return this.orm.call("whatsapp.conversation", method, [[this.conversation.id], ...args]);
    }

    onClickEdit(row) {
        Object.assign(this.state, { editing: row.id, text: row.body });
    }

    onClickDiscard() {
        this.state.editing = false;
    }

    onKeydown(ev) {
        if (ev.key === "Escape") {
            ev.stopPropagation();
            this.onClickDiscard();
        }
    }

    async onClickSave(row) {
        await this.change("edit_pending_reply", row.id, this.state.text);
        this.state.editing = false;
    }

    onClickCancel(row) {
        return this.change("cancel_pending_reply", row.id);
    }

    async change(...args) {
        this.state.busy = true;
        try {
            this.conversation.pending = await this.call(...args);
        } catch (error) {
            // it has left meanwhile: show how things are, then say so
            this.fetch();
            throw error;
        } finally {
            this.state.busy = false;
        }
    }
}
