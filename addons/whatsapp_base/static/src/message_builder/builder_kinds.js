import { _t } from "@web/core/l10n/translation";

/**
 * @typedef {Object} BuilderField
 * @property {string} name as the server calls it
 * @property {string} label
 * @property {number} [limit] characters that WhatsApp allows
 * @property {boolean} [isLong] several lines
 * @property {boolean} [isOptional]
 * @property {string} [placeholder]
 * @property {string} [type] of the input
 *
 * @typedef {Object} BuilderKind
 * @property {string} id kind of message, as the server calls it
 * @property {string} label
 * @property {string} icon
 * @property {string} help
 * @property {BuilderField[]} fields
 * @property {string} [part] what the form has besides fields: buttons, sections, place, people, items, cards
 * @property {boolean} [needsCatalog]
 * @property {boolean} [takesFile] a picture, video or document may take the place of the title
 * @property {function(): Object} start values of an empty message
 */

/** Limits of Meta's; the server checks them again. */
export const LIMITS = {
    buttons: 3,
    buttonTitle: 20,
    rows: 10,
    rowTitle: 24,
    rowDescription: 72,
    sections: 10,
    sectionTitle: 24,
    items: 30,
    minCards: 2,
    cards: 10,
    cardBody: 160,
};

const body = (limit = 1024) => ({ name: "body", label: _t("Message"), limit, isLong: true });
const header = (isOptional = true) => ({
    name: "header",
    label: _t("Title"),
    limit: 60,
    isOptional,
});
const footer = () => ({ name: "footer", label: _t("Small print"), limit: 60, isOptional: true });

export const emptyButton = () => ({ title: "" });
export const emptyRow = () => ({ title: "", description: "" });
export const emptySection = () => ({ title: "", rows: [emptyRow()] });
export const emptyItems = () => ({ title: "", retailer_ids: [] });
export const emptyCard = () => ({ link: "", body: "", label: "", url: "" });

/** @returns {BuilderKind[]} in the order in which they are offered */
export function builderKinds() {
    return [
        {
            id: "buttons",
            label: _t("Buttons"),
            icon: "fa-hand-pointer-o",
            help: _t("A question with up to three answers to tap."),
            fields: [header(), body(), footer()],
            takesFile: true,
            part: "buttons",
            start: () => ({ header: "", body: "", footer: "", buttons: [emptyButton()] }),
        },
        {
            id: "list",
            label: _t("List"),
            icon: "fa-list-ul",
            help: _t("Up to ten choices behind one button."),
            fields: [
                header(),
                body(4096),
                footer(),
                { name: "button", label: _t("Button"), limit: 20, placeholder: _t("e.g. Choose") },
            ],
            part: "sections",
            start: () => ({
                header: "",
                body: "",
                footer: "",
                button: "",
                sections: [emptySection()],
            }),
        },
        {
            id: "link",
            label: _t("Link"),
            icon: "fa-external-link",
            help: _t("A button that opens a web page."),
            takesFile: true,
            fields: [
                header(),
                body(),
                footer(),
                { name: "label", label: _t("Button"), limit: 20, placeholder: _t("e.g. Track") },
                { name: "url", label: _t("Web page"), type: "url", placeholder: "https://" },
            ],
            start: () => ({ header: "", body: "", footer: "", label: "", url: "" }),
        },
        {
            id: "location",
            label: _t("Place"),
            icon: "fa-map-marker",
            help: _t("A pin on the map: yours, a customer's, any."),
            fields: [
                { name: "name", label: _t("Name"), limit: 1000, isOptional: true },
                { name: "address", label: _t("Address"), limit: 1000, isOptional: true },
            ],
            part: "place",
            start: () => ({ name: "", address: "", latitude: "", longitude: "" }),
        },
        {
            id: "location_request",
            label: _t("Ask for a place"),
            icon: "fa-location-arrow",
            help: _t("The customer sends where they are with one tap."),
            fields: [body()],
            start: () => ({ body: _t("Where are you? Please share your location.") }),
        },
        {
            id: "contacts",
            label: _t("People"),
            icon: "fa-address-card-o",
            help: _t("Contact cards that the customer can save."),
            fields: [],
            part: "people",
            start: () => ({ partner_ids: [] }),
        },
        {
            id: "contact_request",
            label: _t("Ask for the number"),
            icon: "fa-phone-square",
            help: _t("For customers who hide their phone number."),
            fields: [body()],
            start: () => ({ body: _t("May we have your phone number?") }),
        },
        {
            id: "product",
            label: _t("One item"),
            icon: "fa-tag",
            help: _t("One item of your catalogue."),
            fields: [{ ...body(), isOptional: true }, footer()],
            part: "items",
            needsCatalog: true,
            start: () => ({ body: "", footer: "", retailer_id: "" }),
        },
        {
            id: "products",
            label: _t("Items"),
            icon: "fa-tags",
            help: _t("Up to thirty items of your catalogue."),
            fields: [header(false), body(), footer()],
            part: "items",
            needsCatalog: true,
            start: () => ({ header: "", body: "", footer: "", sections: [emptyItems()] }),
        },
        {
            id: "catalog",
            label: _t("Catalogue"),
            icon: "fa-shopping-bag",
            help: _t("A button that opens your whole catalogue."),
            fields: [body(), footer()],
            needsCatalog: true,
            start: () => ({ body: "", footer: "" }),
        },
        {
            id: "carousel",
            label: _t("Cards"),
            icon: "fa-clone",
            help: _t("Two to ten pictures side by side, each with a link."),
            fields: [body()],
            part: "cards",
            start: () => ({ body: "", cards: [emptyCard(), emptyCard()] }),
        },
        {
            id: "call",
            label: _t("Call button"),
            icon: "fa-phone",
            help: _t("The customer calls you on WhatsApp with one tap."),
            fields: [
                body(),
                {
                    name: "label",
                    label: _t("Button"),
                    limit: 20,
                    isOptional: true,
                    placeholder: _t("e.g. Call us"),
                },
            ],
            start: () => ({ body: "", label: "" }),
        },
        {
            id: "call_permission",
            label: _t("Ask to call"),
            icon: "fa-volume-control-phone",
            help: _t("The customer allows you to call on WhatsApp."),
            fields: [body()],
            start: () => ({ body: _t("May we call you on WhatsApp?") }),
        },
    ];
}

/**
 * Pairs of degrees in what people paste: "40.4168, -3.7038", or the address of a map. It looks ahead only, so that
 * of three numbers in a row both pairs are found.
 */
const COORDINATES =
    /(?<![\d.-])(?=(-?\d{1,2}(?:\.\d+)?)\s*(?:,|%2C|\/|;|\s)\s*(-?\d{1,3}(?:\.\d+)?)(?![\d.]))/gi;

/**
 * @param {string} text
 * @returns {{latitude: number, longitude: number}|undefined}
 */
export function readCoordinates(text) {
    const pairs = [...text.matchAll(COORDINATES)].map(([, latitude, longitude]) => ({
        latitude: Number(latitude),
        longitude: Number(longitude),
    }));
    const inWorld = pairs.filter(
        ({ latitude, longitude }) => Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180,
    );
    // the address of a map holds other numbers, too: the pair with most digits is the place
    const precise = (pair) => String(pair.latitude).length + String(pair.longitude).length;
    return inWorld.sort((one, two) => precise(two) - precise(one))[0];
}

/** WhatsApp counts characters, JavaScript halves of emojis. */
export function countCharacters(text) {
    return [...(text || "")].length;
}
