import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * Write seconds as people read them: "45 s", "12 min", "3 h 05", "2 d 4 h". For lists, pivots and graphs (`widget="whatsapp_duration"`).
 *
 * @param {number | false | null} value seconds
 * @returns {string}
 */
export function formatDuration(value) {
    if (value === false || value === null || value === undefined) {
        return "";
    }
    const sign = value < 0 ? "-" : "";
    const seconds = Math.round(Math.abs(value));
    if (seconds < MINUTE) {
        return sign + _t("%s s", seconds);
    }
    // rounded first, so that 59.6 minutes are an hour
    const minutes = Math.round(seconds / MINUTE);
    if (minutes < 60) {
        return sign + _t("%s min", minutes);
    }
    if (seconds < DAY) {
        const rest = String(minutes % 60).padStart(2, "0");
        return (
            sign + _t("%(hours)s h %(minutes)s", { hours: Math.floor(minutes / 60), minutes: rest })
        );
    }
    const hours = Math.round(seconds / HOUR);
    const days = Math.floor(hours / 24);
    return (
        sign +
        (hours % 24 ? _t("%(days)s d %(hours)s h", { days, hours: hours % 24 }) : _t("%s d", days))
    );
}

/** Seconds in lists and forms; what is not known yet (stored as nothing, read as 0) is left empty. */
export class DurationField extends Component {
    static template = "whatsapp_base.DurationField";
    static props = { ...standardFieldProps };

    get text() {
        return formatDuration(this.props.record.data[this.props.name] || false);
    }
}

registry.category("formatters").add("whatsapp_duration", formatDuration);
registry.category("fields").add("whatsapp_duration", {
    component: DurationField,
    displayName: _t("Duration"),
    supportedTypes: ["integer", "float"],
});
