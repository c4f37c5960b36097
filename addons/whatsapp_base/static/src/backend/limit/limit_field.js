import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { IntegerField, integerField } from "@web/views/fields/integer/integer_field";

/** How many at most, where 0 is as many as there are: read as "No limit", and edited as an empty field. */
export class LimitField extends IntegerField {
    static template = "whatsapp_base.LimitField";

    get formattedValue() {
        if (this.value) {
            return super.formattedValue;
        }
        return this.props.readonly ? this.placeholder : "";
    }

    get placeholder() {
        return _t("No limit");
    }
}

registry.category("fields").add("whatsapp_limit", {
    ...integerField,
    component: LimitField,
    displayName: _t("Limit"),
});
