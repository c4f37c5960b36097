import { Component, useState } from "@odoo/owl";

import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { Dialog } from "@web/core/dialog/dialog";

const { DateTime } = luxon;

/** Asks for the time until which conversations are out of sight. */
export class InboxSnoozeDialog extends Component {
    static template = "whatsapp_base.InboxSnoozeDialog";
    static components = { DateTimeInput, Dialog };
    static props = { close: Function, onConfirm: Function };

    setup() {
        const later = DateTime.now().plus({ hours: 2 }).startOf("hour");
        this.state = useState({ until: later });
        this.minDate = DateTime.now();
    }

    get isValid() {
        return Boolean(this.state.until && this.state.until > DateTime.now());
    }

    onConfirm() {
        this.props.onConfirm(this.state.until);
        this.props.close();
    }
}
