import { Component } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { WhatsappPhone } from "./phone";

/** Draws a Json field that holds what a phone shows of a template. */
export class WhatsappPhoneField extends Component {
    static template = "whatsapp_base.PhoneField";
    static components = { WhatsappPhone };
    static props = { ...standardFieldProps, isCompact: { type: Boolean, optional: true } };

    get value() {
        return this.props.record.data[this.props.name];
    }
}

export const whatsappPhoneField = {
    component: WhatsappPhoneField,
    supportedTypes: ["json"],
    extractProps: ({ options }) => ({ isCompact: Boolean(options.compact) }),
};

registry.category("fields").add("whatsapp_phone", whatsappPhoneField);
