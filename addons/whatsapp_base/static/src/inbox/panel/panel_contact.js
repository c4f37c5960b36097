import { Component, useEffect, useState } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { RecordAutocomplete } from "@web/core/record_selectors/record_autocomplete";
import { useService } from "@web/core/utils/hooks";
import { imageUrl } from "@web/core/utils/urls";

import { PartnerEditor } from "./partner_editor";
import { clockIn } from "./panel_format";
import { panelPartProps, panelParts } from "./panel_service";

const CLOCK_EVERY = 20 * 1000;

/** Who writes: the WhatsApp contact and, if there is one, the customer in Odoo; made, linked and corrected here. */
export class PanelContact extends Component {
    static template = "whatsapp_base.PanelContact";
    static components = { Dropdown, DropdownItem, PartnerEditor, RecordAutocomplete };
    static props = panelPartProps;

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.state = useState({
            isEditing: false,
            isLinking: false,
            isBusy: false,
            clock: undefined,
        });
        useEffect(
            (zone) => {
                const look = () => (this.state.clock = zone ? clockIn(zone) : undefined);
                look();
                const timer = browser.setInterval(look, CLOCK_EVERY);
                return () => browser.clearInterval(timer);
            },
            () => [this.contact.time_zone],
        );
    }

    get contact() {
        return this.props.data.contact;
    }

    get partner() {
        return this.props.data.partner;
    }

    get rights() {
        return this.props.data.rights;
    }

    get name() {
        return this.partner ? this.partner.own_name || this.partner.name : this.contact.name;
    }

    get avatar() {
        return (
            this.partner &&
            imageUrl("res.partner", this.partner.id, "avatar_128", {
                unique: this.partner.avatar_version,
            })
        );
    }

    get initial() {
        return (this.name.match(/\p{L}|\p{N}/u)?.[0] ?? "?").toUpperCase();
    }

    /** @returns {string} what the person calls themselves, where it is not what we call them */
    get aliases() {
        const { username, profile_name: profile, app_name: app } = this.contact;
        return [...new Set([profile, app])]
            .filter((name) => name && name !== this.name)
            .concat(username ? `@${username}` : [])
            .filter((name) => name !== this.name)
            .join(" · ");
    }

    /** The number from which they write stands first; the customer's own only where it is another one. */
    get partnerPhone() {
        return this.partner && (this.partner.phone_differs || !this.contact.phone)
            ? this.partner.phone
            : "";
    }

    get language() {
        return this.partner?.language || this.contact.language;
    }

    get clockTitle() {
        const { time_zone: zone, time_zone_is_guess: isGuess } = this.contact;
        return isGuess ? _t("%(zone)s, by the number", { zone }) : zone;
    }

    /** Customers of the conversation's company, and those of none. */
    get linkDomain() {
        const companyId = this.props.thread?.whatsapp_conversation_id?.company_id;
        return companyId ? [["company_id", "in", [false, companyId]]] : [];
    }

    /** Run what the server does, once at a time, and show the outcome. */
    async run(work) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            await work();
            await this.props.reload();
        } finally {
            this.state.isBusy = false;
        }
    }

    onClickCreate() {
        return this.run(async () => {
            await this.orm.call("whatsapp.contact", "create_partner", [[this.contact.id]]);
            this.state.isEditing = this.rights.create_partner;
        });
    }

    /** @param {number[]} ids */
    async onChooseCustomer([partnerId]) {
        if (!partnerId) {
            return;
        }
        await this.run(() =>
            this.orm.call("whatsapp.contact", "link_partner", [[this.contact.id], partnerId]),
        );
        this.state.isLinking = false;
    }

    onClickUnlink() {
        const { id: partnerId, name } = this.partner;
        const contactId = this.contact.id;
        const link = (id) => this.orm.call("whatsapp.contact", "link_partner", [[contactId], id]);
        return this.run(async () => {
            await link(false);
            const close = this.notification.add(
                _t("%(name)s is no longer the customer of this conversation.", { name }),
                {
                    type: "info",
                    buttons: [
                        {
                            name: _t("Undo"),
                            onClick: async () => {
                                close();
                                await this.run(() => link(partnerId));
                            },
                        },
                    ],
                },
            );
        });
    }

    onClickUsePhone() {
        return this.run(() =>
            this.orm.call("whatsapp.contact", "action_use_whatsapp_phone", [[this.contact.id]]),
        );
    }

    openForm(resModel, resId) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: resModel,
            res_id: resId,
            views: [[false, "form"]],
        });
    }

    async onSaved() {
        this.state.isEditing = false;
        await this.props.reload();
    }
}

panelParts.add("contact", { Component: PanelContact, sequence: 10 });
