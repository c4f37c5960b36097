import { Component, onMounted, useRef } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { useBus } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * A box for one value. What is in it is never overwritten: nobody but the person who types changes it, and another
 * template has other lines. So an answer of the server that comes late takes no key away.
 */
export class WhatsappValueInput extends Component {
    static template = "whatsapp_base.ValueInput";
    static props = { line: Object, readonly: { type: Boolean, optional: true } };

    setup() {
        this.input = useRef("input");
        this.told = this.props.line.data.value || "";
        onMounted(() => (this.input.el.value = this.told));
        useBus(this.props.line.model.bus, "NEED_LOCAL_CHANGES", (ev) =>
            ev.detail.proms.push(this.onChange()),
        );
    }

    async onChange() {
        const value = this.input.el.value;
        if (value !== this.told) {
            this.told = value;
            await this.props.line.update({ value });
        }
    }
}

/** The values of a template, each with a box of its own rather than the rows of a list, which have to be opened first. */
export class WhatsappValuesField extends Component {
    static template = "whatsapp_base.ValuesField";
    static components = { WhatsappValueInput };
    static props = standardFieldProps;

    get lines() {
        return this.props.record.data[this.props.name].records;
    }
}

export const whatsappValuesField = {
    component: WhatsappValuesField,
    supportedTypes: ["one2many"],
    useSubView: true,
};

registry.category("fields").add("whatsapp_values", whatsappValuesField);
