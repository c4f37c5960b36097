import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

import { PanelFold } from "./panel_fold";
import { formatDay, formatMoment } from "./panel_format";
import { panelPartProps, panelParts } from "./panel_service";

/** Documents of the customer, section by section, as `whatsapp.panel.section` describes them. */
export class PanelSections extends Component {
    static template = "whatsapp_base.PanelSections";
    static components = { PanelFold };
    static props = panelPartProps;

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.formatDay = formatDay;
        this.formatMoment = formatMoment;
    }

    get sections() {
        return this.props.data.sections;
    }

    /** Without a customer there is nothing to show, and what to do stands above. */
    get isShown() {
        return Boolean(this.props.data.partner) && this.sections.length > 0;
    }

    createLabel(section) {
        return _t("Create: %(section)s", { section: section.name });
    }

    /** @param {MouseEvent} ev of the middle button or with Ctrl: in a new tab, as everywhere */
    async onClickDocument(ev, section, document) {
        const newWindow = ev.ctrlKey || ev.metaKey || ev.button === 1;
        const action = await this.orm.call(section.model, "get_formview_action", [[document.id]]);
        this.action.doAction(action, { newWindow });
    }

    onClickCreate(section) {
        this.action.doAction({
            type: "ir.actions.act_window",
            name: this.createLabel(section),
            res_model: section.model,
            views: [[false, "form"]],
            target: "current",
            context: section.create_context,
        });
    }

    async onClickAll(section) {
        this.action.doAction(
            await this.orm.call("whatsapp.panel.section", "open_all", [
                [section.id],
                this.props.conversationId,
            ]),
        );
    }

    onClickRepair(section) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "whatsapp.panel.section",
            res_id: section.id,
            views: [[false, "form"]],
        });
    }
}

panelParts.add("sections", { Component: PanelSections, sequence: 40 });
