import { Component, useRef } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const nextFrame = () => new Promise((resolve) => browser.requestAnimationFrame(resolve));

/** What Meta would refuse about a template, each with a way to the field that it is about. */
export class WhatsappFindingsField extends Component {
    static template = "whatsapp_base.FindingsField";
    static props = standardFieldProps;

    setup() {
        this.root = useRef("root");
    }

    get findings() {
        return this.props.record.data[this.props.name] || [];
    }

    get errorCount() {
        return this.findings.filter((finding) => finding.severity === "error").length;
    }

    /** Fields of other pages are not there until their page is open. */
    async onClickShow(place) {
        const form = this.root.el.closest(".o_form_view");
        const find = () => form.querySelector(`.o_field_widget[name='${place}']`);
        let field = find();
        for (const tab of form.querySelectorAll(".o_notebook_headers .nav-link:not(.active)")) {
            if (field) {
                break;
            }
            tab.click();
            await nextFrame();
            await nextFrame();
            field = find();
        }
        if (!field) {
            return;
        }
        field.scrollIntoView({ behavior: "smooth", block: "center" });
        field.querySelector("textarea, input, button, a")?.focus({ preventScroll: true });
        field.classList.add("o-whatsapp-Findings-target");
        browser.setTimeout(() => field.classList.remove("o-whatsapp-Findings-target"), 1500);
    }
}

registry.category("fields").add("whatsapp_findings", {
    component: WhatsappFindingsField,
    supportedTypes: ["json"],
});
