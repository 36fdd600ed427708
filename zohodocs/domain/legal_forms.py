"""Legal forms that stand before or behind a company's name, as names are compared without them.

Written as `names.fold_name` sees them: lower case, no accents, no dots, single letters joined
(`S.r.l.` is `srl`, `Sp. z o.o.` is `sp zoo`).
"""

from __future__ import annotations

_FORMS = """
    # German-speaking
    gmbh | mbh | ggmbh | gmbh co kg | gmbh co kgaa | gmbh co ohg | ug | ug haftungsbeschrankt
    ag | ag co kg | kg | kgaa | ohg | og | ek | ekfm | ekfr | eu | gbr | gesbr | eg | egen | ev
    partg | partgmbb | partnerschaftsgesellschaft | aktiengesellschaft | kommanditgesellschaft
    gesellschaft mit beschrankter haftung | gesellschaft mbh | ges mbh | gesmbh | sagl
    # European Union
    se | sce | ewiv | eeig | geie
    # French, Belgian, Luxembourgish, Dutch
    sa | sas | sasu | sarl | sarls | eurl | snc | sci | scop | sca | scs | selarl | eirl | gie
    societe anonyme | societe par actions simplifiee | societe a responsabilite limitee
    nv | bv | bvba | sprl | srl | vof | cv | cvba | scrl | asbl | vzw | commv | comm v
    besloten vennootschap | naamloze vennootschap | stichting | cooperatie ua | ua
    # Italian, Spanish, Portuguese
    spa | srls | sapa | ss | scarl | soc coop | societa cooperativa | unipersonale
    srl unipersonale
    societa a responsabilita limitata | societa per azioni
    sl | slu | sau | slne | sll | slp | scoop | cb | sociedad limitada | sociedad anonima
    sociedad limitada unipersonal
    lda | ltda | limitada | unipessoal lda | sociedade unipessoal lda | sociedade anonima
    # Polish, Czech, Slovak, Hungarian
    sp zoo | spzoo | spz oo | sp z oo | sp z oo sp k | spolka zoo | spolka z oo
    sp zoo sp k | sp zoo sk | sp zoo spk | sp j | spj | sj
    sp k | spk | sk | ska | sp p | spp | sc | psa
    spolka z ograniczona odpowiedzialnoscia | spolka akcyjna | spolka cywilna | spolka jawna
    spolka komandytowa | prosta spolka akcyjna
    spolka z ograniczona odpowiedzialnoscia spolka komandytowa
    sro | spol sro | as | vos | ks | akciova spolecnost | spolecnost s rucenim omezenym
    kft | zrt | nyrt | rt | bt | kkt | korlatolt felelossegu tarsasag
    # Romanian, Bulgarian, Greek, South Slavic
    pfa | srl d | ood | eood | ad | ead | et | оод | еоод | ад | еад | ет
    ae | epe | ike | oe | ee | mepe | αε | επε | ικε | οε | εε | μεπε | μονοπροσωπη ικε
    doo | jdoo | dd | dno | sp | obrt
    # Baltic and Nordic
    uab | ab | mb | vsi | ii | uzdaroji akcine bendrove | sia | ik
    sabiedriba ar ierobezotu atbildibu | ou | fie | tu | uu | mtu | osauhing | aktsiaselts
    oy | oyj | oy ab | ky | tmi | osakeyhtio | hb | kb | aktiebolag | aps | ps | ivs | asa | enk
    ans | da | anpartsselskab | aktieselskab | ehf | hf
    # British, Irish, American
    ltd | limited | plc | llp | llc | lp | dac | clg | uc | teo | teoranta | inc | incorporated
    corp | corporation | co | company | co ltd | pty ltd | pte ltd | pvt ltd
    public limited company | designated activity company | private limited company
    # Russian, Ukrainian
    ооо | оао | зао | пао | ао | ип | нко | тов | пп | ooo | oao | zao | pao | tov
    общество с ограниченнои ответственностью
"""


def _parsed() -> frozenset[tuple[str, ...]]:
    lines = (line for line in _FORMS.splitlines() if not line.strip().startswith("#"))
    return frozenset(
        tuple(form.split()) for line in lines for form in line.split("|") if form.strip()
    )


LEGAL_FORMS = _parsed()
LONGEST_FORM = max(len(form) for form in LEGAL_FORMS)
# So clearly a legal form that it is dropped in the middle of a name, too ("Acme GmbH Berlin").
UNMISTAKABLE = frozenset(
    form for form in LEGAL_FORMS if len(form) > 1 or form[0] in {"gmbh", "ggmbh", "spzoo", "sarl"}
)
# Customary in front of a name ("UAB Baltija", "ООО Ромашка"); others count only behind it, so
# that "Co Berlin" or "EU Trade" keep their first word.
_FRONT_FORMS = (
    "uab ab mb vsi as ou sia ik fie mtu sc stichting gie oy ooo oao zao pao tov"
    " ооо оао зао пао ао ип тов пп ет et оод еоод ад еад firma"
)
IN_FRONT = frozenset((form,) for form in _FRONT_FORMS.split())
