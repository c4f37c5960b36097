import { Component, useState } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";

/**
 * The right of the inbox: who the customer is and what there is between us.
 *
 * @typedef {Object} Props
 * @property {number} conversationId
 * @property {import("models").Thread} thread
 * @extends {Component<Props, Env>}
 */
export class InboxPanel extends Component {
    static template = "whatsapp_base.InboxPanel";
    static props = { conversationId: Number, thread: Object };

    setup() {
        this.inbox = useState(useService("whatsapp.inbox"));
        this.ui = useService("ui");
    }
}
