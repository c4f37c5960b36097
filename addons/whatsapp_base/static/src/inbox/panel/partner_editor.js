import { Component, useRef, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { useAutofocus } from "@web/core/utils/hooks";
import { Record } from "@web/model/record";
import { Field } from "@web/views/fields/field";

const NAMED = {
    activeFields: { display_name: { attrs: {}, options: {} } },
    fields: { display_name: { name: "display_name", type: "char" } },
};
const TAGS = {
    activeFields: { ...NAMED.activeFields, color: { attrs: {}, options: {} } },
    fields: { ...NAMED.fields, color: { name: "color", type: "integer" } },
};

/**
 * The customer's fields that agents correct while they chat, with Odoo's own widgets and checks.
 *
 * @typedef {Object} Props
 * @property {number} partnerId
 * @property {() => void} onSaved
 * @property {() => void} onDiscarded
 * @extends {Component<Props, Env>}
 */
export class PartnerEditor extends Component {
    static template = "whatsapp_base.PartnerEditor";
    static components = { Field, Record };
    static props = { partnerId: Number, onSaved: Function, onDiscarded: Function };

    setup() {
        this.root = useRef("root");
        this.state = useState({ isBusy: false });
        this.activeFields = {
            name: { required: "True" },
            is_company: {},
            email: {},
            phone: {},
            parent_id: { related: NAMED },
            lang: {},
            category_id: { related: TAGS },
        };
        this.fieldNames = Object.keys(this.activeFields);
        this.companyDomain = () => [["is_company", "=", true]];
        this.labels = {
            name: _t("Name"),
            email: _t("Email"),
            phone: _t("Phone"),
            parent_id: _t("Company"),
            lang: _t("Language"),
            category_id: _t("Tags"),
        };
        useAutofocus({ refName: "root" });
    }

    /** @returns {{name: string, label: string, type?: string, props: Object}[]} what is edited, from top to bottom */
    lines(record) {
        const widgets = {
            email: { type: "email" },
            phone: { type: "phone" },
            parent_id: {
                props: {
                    canCreateEdit: false,
                    context: { default_is_company: true },
                    domain: this.companyDomain,
                },
            },
            category_id: {
                type: "many2many_tags",
                props: { colorField: "color", canQuickCreate: false, canCreateEdit: false },
            },
        };
        return Object.entries(this.labels)
            .filter(([name]) => name !== "parent_id" || !record.data.is_company)
            .map(([name, label]) => ({ name, label, props: {}, ...widgets[name] }));
    }

    async save(record) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            if (await record.save({ reload: false })) {
                this.props.onSaved();
            }
        } finally {
            this.state.isBusy = false;
        }
    }

    onKeydown(ev) {
        if (ev.key === "Escape" && !ev.defaultPrevented) {
            ev.stopPropagation();
            this.props.onDiscarded();
        }
    }
}
