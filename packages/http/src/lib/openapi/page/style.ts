/** The one style sheet of the page, for light and for dark. */
export const style = `:root{color-scheme:light dark;--text:light-dark(#1d2430,#e4e8ef);--soft:light-dark(#5a6474,#a3adbd);--line:light-dark(#d9dee6,#343c49);--paper:light-dark(#fff,#14181f);--box:light-dark(#f5f7fa,#1b2029);--link:light-dark(#0b57d0,#8ab4ff);--ok:light-dark(#1a7f37,#6fdd8b);--bad:light-dark(#b3261e,#ff9b93)}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--text);font:16px/1.5 system-ui,sans-serif;display:grid;grid-template-columns:minmax(0,18rem) minmax(0,1fr)}
header,main{padding:1.5rem clamp(1rem,4vw,3rem);min-width:0}
nav{padding:1.5rem 1rem;border-right:1px solid var(--line);position:sticky;top:0;height:100vh;overflow:auto;font-size:.925rem}
nav ul{list-style:none;margin:.25rem 0 1.25rem;padding:0}
nav a{display:flex;gap:.5rem;padding:.2rem .5rem;border-radius:.3rem;text-decoration:none}
nav a:hover{background:var(--box)}
nav b{flex:0 0 3.4rem;font-size:.7rem;line-height:2}
main{max-width:62rem}
h1{margin:0;font-size:1.75rem}
h2{margin:0 0 .25rem;font-size:1.25rem}
h3{margin:1.25rem 0 .5rem;font-size:1rem}
section{padding:1.5rem 0;border-top:1px solid var(--line);scroll-margin-top:.5rem}
a{color:var(--link)}
code,pre{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
pre{margin:.5rem 0;padding:.75rem 1rem;background:var(--paper);border:1px solid var(--line);border-radius:.4rem;overflow:auto;overflow-wrap:normal}
small,.limits,em{color:var(--soft);font-size:.85em}
em{font-style:normal;color:var(--bad)}
.door{margin:.25rem 0 .75rem}
.door b{padding:.1rem .45rem;border:1px solid;border-radius:.3rem;font-size:.8rem}
.get,.s2,.s3{color:var(--ok)}.post,.put,.patch{color:var(--link)}.delete,.s4,.s5{color:var(--bad)}
details{margin:.5rem 0;border:1px solid var(--line);border-radius:.4rem;background:var(--box)}
summary{padding:.5rem .75rem;cursor:pointer}
details>:not(summary){margin-left:.75rem;margin-right:.75rem}
.content{padding-left:1rem;border-left:3px solid var(--line);margin:.5rem 0}
.content p{margin:.25rem 0}
dl{margin:.5rem 0;display:grid;grid-template-columns:minmax(8rem,max-content) minmax(0,1fr);gap:.35rem 1.25rem}
dt{max-width:18rem;overflow-wrap:anywhere}
dd{margin:0}
@media(max-width:52rem){body{display:block}nav{position:static;height:auto;border-right:0;border-bottom:1px solid var(--line)}dl{display:block}dd{margin:0 0 .6rem 1rem}}
`
