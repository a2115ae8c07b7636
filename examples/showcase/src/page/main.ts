import '@stowage/ui/define'
import { AssetDetails } from './parts/asset-details.ts'
import { ExtraForm } from './parts/extra-form.ts'
import { WireView } from './parts/wire-view.ts'
import { ShowcasePage } from './showcase-page.ts'

customElements.define('wire-view', WireView)
customElements.define('extra-form', ExtraForm)
customElements.define('asset-details', AssetDetails)
customElements.define('showcase-page', ShowcasePage)
