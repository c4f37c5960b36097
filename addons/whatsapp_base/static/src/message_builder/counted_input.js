import { Component } from "@odoo/owl";

import { useAutofocus } from "@web/core/utils/hooks";

import { countCharacters } from "./builder_kinds";

let lastId = 0;

/**
 * A labelled text that counts down what WhatsApp allows, from the last fifth on.
 *
 * @typedef {Object} Props
 * @property {string} label
 * @property {string} value
 * @property {function(string): void} onInput
 * @property {number} [limit]
 * @property {boolean} [isLong]
 * @property {boolean} [isOptional]
 * @property {boolean} [hasFocus] when it appears
 * @property {string} [problem] what is wrong with it
 * @property {string} [placeholder]
 * @property {string} [type]
 * @extends {Component<Props, Env>}
 */
export class WhatsappCountedInput extends Component {
    static template = "whatsapp_base.CountedInput";
    static props = {
        label: String,
        value: { type: [String, Number] },
        onInput: Function,
        limit: { type: Number, optional: true },
        isLong: { type: Boolean, optional: true },
        isOptional: { type: Boolean, optional: true },
        hasFocus: { type: Boolean, optional: true },
        problem: { type: String, optional: true },
        placeholder: { type: String, optional: true },
        type: { type: String, optional: true },
    };
    static defaultProps = { isLong: false, isOptional: false, type: "text" };

    setup() {
        this.id = `o-whatsapp-CountedInput-${++lastId}`;
        if (this.props.hasFocus) {
            useAutofocus({ refName: "input", mobile: false });
        }
    }

    get left() {
        return this.props.limit - countCharacters(String(this.props.value));
    }

    get isTooLong() {
        return Boolean(this.props.limit) && this.left < 0;
    }

    get isCounting() {
        return Boolean(this.props.limit) && this.left <= Math.max(10, this.props.limit / 5);
    }
}
