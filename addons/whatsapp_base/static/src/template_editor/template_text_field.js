import { useRef } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { useDebounced } from "@web/core/utils/timing";
import { textField, TextField } from "@web/views/fields/text/text_field";

/** How long a pause in typing is before the preview follows. */
const PAUSE = 400;
const VARIABLE = /\{\{\s*(\w+)\s*\}\}/g;

/**
 * The text of a template: marks for formatting, variables at the cursor, how much room is left, and a preview that
 * follows while somebody types.
 */
export class TemplateTextField extends TextField {
    static template = "whatsapp_base.TemplateTextField";
    static props = { ...TextField.props, limit: { type: Number, optional: true } };
    static defaultProps = { ...TextField.defaultProps, limit: 1024, rowCount: 5 };

    setup() {
        super.setup();
        this.wrapper = useRef("wrapper");
        this.commit = useDebounced(
            () => this.textareaRef.el?.dispatchEvent(new Event("change")),
            PAUSE,
        );
    }

    get length() {
        return [...(this.props.record.data[this.props.name] || "")].length;
    }

    get isNamed() {
        return this.props.record.data.parameter_format === "NAMED";
    }

    /** Put a mark of WhatsApp's around what is selected. */
    surround(mark) {
        const { el } = this.textareaRef;
        const { selectionStart: start, selectionEnd: end } = el;
        const selected = el.value.slice(start, end);
        el.setRangeText(`${mark}${selected}${mark}`, start, end, "end");
        if (!selected) {
            el.setSelectionRange(start + mark.length, start + mark.length);
        }
        this.changed();
    }

    insertVariable() {
        const { el } = this.textareaRef;
        const names = [...el.value.matchAll(VARIABLE)].map((match) => match[1]);
        const numbers = names.filter((name) => /^\d+$/.test(name)).map(Number);
        let name = String(Math.max(0, ...numbers) + 1);
        if (this.isNamed) {
            name = "name";
            for (let number = 2; names.includes(name); number++) {
                name = `name_${number}`;
            }
        }
        const { selectionStart: start, selectionEnd: end } = el;
        el.setRangeText(`{{${name}}}`, start, end, "end");
        if (this.isNamed) {
            // so that typing gives it the name it needs
            el.setSelectionRange(start + 2, start + 2 + name.length);
        }
        this.changed();
    }

    changed() {
        const { el } = this.textareaRef;
        el.dispatchEvent(new InputEvent("input", { bubbles: true }));
        el.focus();
    }

    onInput() {
        this.commit();
    }
}

export const templateTextField = {
    ...textField,
    component: TemplateTextField,
    extractProps: (fieldInfo) => ({
        ...textField.extractProps(fieldInfo),
        ...(fieldInfo.options.limit ? { limit: fieldInfo.options.limit } : {}),
    }),
};

registry.category("fields").add("whatsapp_template_text", templateTextField);
