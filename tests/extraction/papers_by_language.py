"""Ordinary invoices as they are typed in each country."""

GERMAN = """
Musterbau GmbH · Werkstraße 4 · 50667 Köln

Beispiel AG                                        Rechnungsnummer:   RE-2024-0815
Einkauf                                            Rechnungsdatum:    14.03.2024
Hafenweg 12                                        Kundennummer:      10044
20457 Hamburg                                      Lieferdatum:       10.03.2024


Rechnung


Pos   Bezeichnung                       Menge      Einzelpreis      Gesamtpreis
1     Estrich, schwimmend               40,00          22,50 €         900,00 €
2     Anfahrt                            1,00         100,00 €         100,00 €

                                        Nettobetrag                  1.000,00 €
                                        zzgl. 19 % MwSt.               190,00 €
                                        Rechnungsbetrag              1.190,00 €

Zahlbar bis 28.03.2024 ohne Abzug.




Musterbau GmbH · Geschäftsführer: Max Mustermann · Amtsgericht Köln HRB 12345
USt-IdNr.: DE136695976 · Steuernummer: 215/5822/0123 · IBAN: DE89 3704 0044 0532 0130 00
"""

FRENCH = """
Ateliers Durand SARL                               FACTURE N° F-2024-112
18 rue des Lilas                                   Date : 14/03/2024
69003 Lyon                                         Échéance : 13/04/2024
Tél : 04 72 00 00 00
contact@ateliers-durand.fr

                                                   Facturé à :
                                                   Exemple SAS
                                                   5 avenue Foch
                                                   75016 Paris

Désignation                      Qté      P.U. HT      Montant HT
Réparation portail                 2       150,00          300,00
Déplacement                        1        50,00           50,00

                                       Total HT          350,00 €
                                       TVA 20 %           70,00 €
                                       Total TTC         420,00 €



Ateliers Durand SARL au capital de 10 000 € - SIRET 732 829 320 00074 - TVA FR44732829320
IBAN : FR14 2004 1010 0505 0001 3M02 606
"""

POLISH = """
                                                        Warszawa, dnia 14.03.2024

                      Faktura VAT nr FV/112/03/2024

Sprzedawca:                              Nabywca:
Drukarnia Testowa Sp. z o.o.             Przykład S.A.
ul. Polna 3                              al. Jerozolimskie 10
00-001 Warszawa                          00-950 Warszawa
NIP: 526-104-08-28                       NIP: 774-000-14-54

Data wystawienia: 14.03.2024             Data sprzedaży: 12.03.2024
Termin płatności: 28.03.2024             Sposób płatności: przelew

Lp.  Nazwa towaru lub usługi   J.m.   Ilość   Cena netto   Wartość netto   VAT   Wartość brutto
1    Druk ulotek               szt    1000          0,50          500,00   23%           615,00
2    Projekt graficzny         szt       1        200,00          200,00   23%           246,00

                                            Razem netto:      700,00 zł
                                            VAT:              161,00 zł
                                            Razem brutto:     861,00 zł

Do zapłaty: 861,00 PLN
Słownie: osiemset sześćdziesiąt jeden złotych
Nr konta: 61 1090 1014 0000 0712 1981 2874
"""

ITALIAN = """
Officina Rossi S.r.l.
Via Garibaldi 12
20121 Milano (MI)
P.IVA 00743110157
Tel. 02 1234567

                                           Spett.le
                                           Esempio S.p.A.
                                           Corso Francia 8
                                           10138 Torino (TO)
                                           P.IVA 12345670785

Fattura n. 45/2024 del 14/03/2024

Descrizione                      Q.tà      Prezzo unitario      Importo
Revisione impianto                  1             250,00         250,00
Ricambi                             4              25,00         100,00

                                        Imponibile             350,00 €
                                        IVA 22%                 77,00 €
                                        Totale fattura         427,00 €

Scadenza: 13/04/2024
IBAN IT60X0542811101000000123456
"""

SPANISH = """
Reformas García S.L.                               FACTURA
C/ Mayor 15, 2º                                    Nº factura: 2024/031
28013 Madrid                                       Fecha: 14/03/2024
CIF: B12345674                                     Vencimiento: 14/04/2024

DATOS DEL CLIENTE
Ejemplo S.A.
Gran Vía 20
48001 Bilbao
CIF: A58818501

Concepto                          Cantidad      Precio       Importe
Pintura de oficina                       1      800,00        800,00
Material                                 2      100,00        200,00

                                      Base imponible       1.000,00 €
                                      IVA 21%                210,00 €
                                      TOTAL                1.210,00 €

Forma de pago: transferencia a ES91 2100 0418 4502 0005 1332
"""

DUTCH = """
De Vries Installatie B.V.
Kerkstraat 8
3511 AB Utrecht
KvK: 12345678
BTW-nummer: NL004495445B01

Factuur aan:
Voorbeeld N.V.
Damrak 1
1012 LG Amsterdam

Factuurnummer: 20240317
Factuurdatum: 14-03-2024
Vervaldatum: 28-03-2024

Omschrijving                     Aantal       Prijs       Bedrag
Onderhoud ketel                       1      150,00       150,00
Materiaal                             2       25,00        50,00

                                   Subtotaal           € 200,00
                                   21% btw              € 42,00
                                   Totaal              € 242,00

Gelieve te betalen op NL91 ABNA 0417 1643 00 t.n.v. De Vries Installatie B.V.
"""

RUSSIAN = """
Поставщик: ООО "Ромашка", ИНН 7707083893, КПП 770701001
Адрес: 101000, г. Москва, ул. Мясницкая, д. 5

                    Счет на оплату № 112 от 14 марта 2024 г.

Покупатель: ООО "Пример", ИНН 7702070139, КПП 770201001

№    Наименование товара          Кол-во    Ед.     Цена        Сумма
1    Бумага офисная                   10    пач      350,00    3 500,00
2    Картридж                          1    шт     1 500,00    1 500,00

                                   Сумма без НДС:    5 000,00
                                   НДС 20%:          1 000,00
                                   Всего к оплате:   6 000,00 руб.
"""

ESTONIAN = """
Näidis OÜ                                          ARVE NR 2024-112
Pärnu mnt 5                                        Kuupäev: 14.03.2024
10141 Tallinn                                      Maksetähtaeg: 28.03.2024
Reg nr: 12345678                                   Viitenumber: 1234561
KMKR nr: EE100931558

Klient:
Proov AS
Tartu mnt 2
10145 Tallinn

Nimetus                           Kogus        Hind        Summa
Koristusteenus                        1      100,00       100,00
Materjal                              2       10,00        20,00

                                   Summa km-ta         120,00 €
                                   Käibemaks 22%        26,40 €
                                   Kokku tasuda        146,40 €

Swedbank EE382200221020145685
"""

BRITISH = """
                                                   INVOICE
Hill & Dale Ltd
1 Market Square                                    Invoice number    INV-0042
Leeds LS1 4AP                                      Date of issue     March 14, 2024
United Kingdom                                     Date due          April 13, 2024
billing@hilldale.co.uk

Bill to
Sample Trading Ltd
22 Station Road
York YO1 7HH

Description                      Qty      Unit price      Amount
Annual licence                     1         £500.00     £500.00
Onboarding                         2          £50.00     £100.00

                                   Subtotal              £600.00
                                   VAT (20%)             £120.00
                                   Total                 £720.00
                                   Amount due            £720.00

VAT registration number: GB 980 7806 84
"""
