import { Component, useState } from "@odoo/owl";

import { useDropdownCloser } from "@web/core/dropdown/dropdown_hooks";
import { _t } from "@web/core/l10n/translation";

import { MAX_MINUTES, WAITING_MINUTES } from "./inbox_views";

/** @returns {number|false} whole minutes as somebody typed them; false if the server would not take them */
export function readMinutes(text) {
    const value = text.trim();
    const minutes = /^\d+$/.test(value) ? Number(value) : NaN;
    return minutes >= 1 && minutes <= MAX_MINUTES ? minutes : false;
}

/** Any number of minutes that customers have waited, besides the usual ones; in a dropdown, which closes on Enter. */
export class InboxMinutes extends Component {
    static template = "whatsapp_base.InboxMinutes";
    static props = { minutes: Number, onChosen: Function };

    setup() {
        this.dropdown = useDropdownCloser();
        const isUsual = WAITING_MINUTES.includes(this.props.minutes);
        this.state = useState({ text: isUsual ? "" : String(this.props.minutes), problem: "" });
    }

    onInput(ev) {
        this.state.text = ev.target.value;
        this.state.problem = "";
    }

    onKeydown(ev) {
        if (ev.key === "Escape" || ev.key === "Tab") {
            return; // these are the dropdown's
        }
        ev.stopPropagation(); // it would take arrows and Enter for its items
        if (ev.key === "Enter") {
            ev.preventDefault();
            this.confirm();
        }
    }

    confirm() {
        const minutes = readMinutes(this.state.text);
        if (!minutes) {
            this.state.problem = _t(
                "Minutes must be a whole number from 1 to %s (a year).",
                MAX_MINUTES,
            );
            return;
        }
        this.dropdown.closeAll();
        this.props.onChosen(minutes);
    }
}
