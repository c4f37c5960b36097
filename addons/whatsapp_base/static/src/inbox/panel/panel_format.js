import { deserializeDate, deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;

/**
 * @param {string} value as the server writes it
 * @param {"date"|"datetime"} [type]
 * @returns {string} a day as short as it can be: the year only where it is another one
 */
export function formatDay(value, type = "datetime") {
    const day = type === "date" ? deserializeDate(value) : deserializeDateTime(value);
    const format =
        day.year === DateTime.now().year ? { month: "short", day: "numeric" } : DateTime.DATE_MED;
    return day.toLocaleString(format);
}

/** @returns {string} day and time in full, for tooltips */
export function formatMoment(value, type = "datetime") {
    return type === "date"
        ? deserializeDate(value).toLocaleString(DateTime.DATE_FULL)
        : deserializeDateTime(value).toLocaleString(DateTime.DATETIME_MED);
}

/** @param {number} seconds @returns {string} the two largest units of a duration */
export function formatSeconds(seconds) {
    const minutes = Math.round(seconds / 60);
    if (minutes < 1) {
        return _t("less than a minute");
    }
    if (minutes < 60) {
        return _t("%(minutes)s min", { minutes });
    }
    const hours = Math.floor(minutes / 60);
    if (hours < 48) {
        return _t("%(hours)s h %(minutes)s min", { hours, minutes: minutes % 60 });
    }
    return _t("%(days)s d %(hours)s h", { days: Math.floor(hours / 24), hours: hours % 24 });
}

/**
 * @param {string} zone of the IANA
 * @returns {{time: string, isNight: boolean, day: string}|undefined} what a clock there shows; nothing for unknown zones
 */
export function clockIn(zone) {
    const there = DateTime.now().setZone(zone);
    if (!there.isValid) {
        return undefined;
    }
    const here = DateTime.now();
    return {
        time: there.toLocaleString(DateTime.TIME_SIMPLE),
        isNight: there.hour < 7 || there.hour >= 22,
        day: there.day === here.day ? "" : there.toLocaleString({ weekday: "long" }),
    };
}
