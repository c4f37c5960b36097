import { Chatter } from "@mail/chatter/web_portal/chatter";

import { onWillUnmount, useEffect } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";

/** A conversation has its own way to write; the other forms of ours and Odoo's technical ones have nobody to write to. */
const OWN = /^(whatsapp|ir|base|mail|discuss)\./;

// A button that writes to the record's customer, and what WhatsApp tells of the record, as it happens
patch(Chatter.prototype, {
    setup() {
        super.setup(...arguments);
        this.whatsappAction = useService("action");
        this.whatsappBus = useService("bus_service");
        const onNews = ({ model, id }) => {
            const { thread } = this.state;
            if (thread?.model === model && thread.id === id) {
                thread.fetchNewMessages();
            }
        };
        this.whatsappBus.subscribe("whatsapp.record/new", onNews);
        onWillUnmount(() => this.whatsappBus.unsubscribe("whatsapp.record/new", onNews));
        useEffect(
            (name) => {
                if (name) {
                    this.whatsappBus.addChannel(name);
                    return () => this.whatsappBus.deleteChannel(name);
                }
            },
            () => [this.whatsappBusChannel],
        );
    },

    get canSendWhatsapp() {
        return Boolean(this.store.has_access_whatsapp) && !OWN.test(this.props.threadModel);
    },

    /** What to listen to: colleagues without a role only where there is something to see. */
    get whatsappBusChannel() {
        const { thread } = this.state;
        if (!thread?.id || OWN.test(thread.model)) {
            return false;
        }
        const hasMessages = thread.messages.some((message) => message.whatsapp_status);
        return this.store.has_access_whatsapp || hasMessages
            ? `whatsapp.record/${thread.model}/${thread.id}`
            : false;
    },

    async onClickWhatsapp() {
        if (this.props.saveRecord && !(await this.props.saveRecord())) {
            return;
        }
        const { thread } = this.state;
        await this.whatsappAction.doAction(
            {
                type: "ir.actions.act_window",
                name: _t("Send WhatsApp"),
                res_model: "whatsapp.compose.message",
                views: [[false, "form"]],
                target: "new",
                context: {
                    active_model: thread.model,
                    active_id: thread.id,
                    active_ids: [thread.id],
                },
            },
            { onClose: () => thread.fetchNewMessages() },
        );
    },
});
