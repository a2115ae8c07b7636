import '@stowage/ui/define'
import { basicStyles } from '@stowage/ui'
import { AssetDetails } from './parts/asset-details.ts'
import { ExtraForm } from './parts/extra-form.ts'
import { WireView } from './parts/wire-view.ts'
import { ShowcasePage } from './showcase-page.ts'

// Drawn as in the elements.
if (basicStyles.styleSheet) document.adoptedStyleSheets.push(basicStyles.styleSheet)

customElements.define('wire-view', WireView)
customElements.define('extra-form', ExtraForm)
customElements.define('asset-details', AssetDetails)
customElements.define('showcase-page', ShowcasePage)
