import { Component, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

import { PanelFold } from "./panel_fold";
import { formatDay, formatMoment, formatSeconds } from "./panel_format";
import { panelPartProps, panelParts } from "./panel_service";

const STARS = 5;

/** Where the customer came from, how earlier matters ended, and other conversations of the same person. */
export class PanelHistory extends Component {
    static template = "whatsapp_base.PanelHistory";
    static components = { PanelFold };
    static props = panelPartProps;

    setup() {
        this.inbox = useState(useService("whatsapp.inbox"));
        this.formatDay = formatDay;
        this.formatMoment = formatMoment;
        this.formatSeconds = formatSeconds;
    }

    /** The open cycle is the conversation itself. */
    get cycles() {
        return this.props.data.cycles.filter((cycle) => cycle.resolved_at);
    }

    ratingLabel({ rating }) {
        return _t("Rating: %(rating)s of 5", { rating });
    }

    stars(rating) {
        const full = Math.max(0, Math.min(STARS, Math.round(rating)));
        return "★".repeat(full) + "☆".repeat(STARS - full);
    }
}

panelParts.add("history", { Component: PanelHistory, sequence: 60 });
