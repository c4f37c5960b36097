import { Component, onWillStart, useState } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";

/** The list of conversations. */
export class InboxList extends Component {
    static template = "whatsapp_base.InboxList";
    static props = {};

    setup() {
        this.inbox = useState(useService("whatsapp.inbox"));
        onWillStart(() => {
            this.inbox.rows.load();
        });
    }
}
