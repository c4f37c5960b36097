import { Component, useState } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";

let serial = 0;

/**
 * A part of the panel with a title by which it folds; how the user likes it is remembered.
 *
 * @typedef {Object} Props
 * @property {string} name by which it is remembered
 * @property {string} title
 * @property {string} [icon]
 * @property {number} [count]
 * @property {string} [total]
 * @property {boolean} [isFoldedByDefault]
 * @extends {Component<Props, Env>}
 */
export class PanelFold extends Component {
    static template = "whatsapp_base.PanelFold";
    static props = {
        name: String,
        title: String,
        icon: { type: String, optional: true },
        count: { type: Number, optional: true },
        total: { type: [String, Boolean], optional: true },
        isFoldedByDefault: { type: Boolean, optional: true },
        slots: { type: Object, optional: true },
    };

    setup() {
        this.memory = useService("whatsapp.panel");
        this.id = `o-whatsapp-PanelFold-${++serial}`;
        // undefined as long as the user has said nothing here
        this.state = useState({ isFolded: undefined });
    }

    get isFolded() {
        const { name, isFoldedByDefault } = this.props;
        return this.state.isFolded ?? this.memory.isFolded(name, isFoldedByDefault);
    }

    onClick() {
        this.state.isFolded = !this.isFolded;
        this.memory.setFolded(
            this.props.name,
            this.state.isFolded,
            Boolean(this.props.isFoldedByDefault),
        );
    }
}
