import { Component, useState } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";

/**
 * Stands where the composer is while a supervisor watches.
 *
 * @typedef {Object} Props
 * @property {import("models").Thread} thread
 * @extends {Component<Props, Env>}
 */
export class WhatsappWatchBar extends Component {
    static template = "whatsapp_base.WatchBar";
    static props = { thread: Object };

    setup() {
        this.inbox = useState(useService("whatsapp.inbox"));
    }

    get agent() {
        return this.props.thread.whatsapp_conversation_id?.agent_id;
    }

    async takeOver() {
        this.inbox.stopWatching();
        await this.props.thread.takeOnWhatsapp();
    }
}
