/* demo_stories.c -- what customers of an imaginary maker of shop tills write about. */
#include "transfer/demo_text.h"

/* {product} {device} {order} {invoice} {amount} {city} {version} {code} {n} {date} {name} {agent} {company}
 * are filled in, each ticket with its own. */
const struct demo_story demo_stories[] = {
    /* ---- technical, English ---- */
    {LANG_EN, "technical", "printing", "printer", "{device} prints only half of each receipt",
     "Since this morning our {device} in {city} stops in the middle of every receipt. The second "
     "half comes out when the "
     "next customer pays, which confuses everybody. We changed the paper twice.",
     "That happens when the cutter sensor is dusty: the printer believes the paper has run out. "
     "Please open the lid, wipe "
     "the small window on the left with a dry cloth and print the self test by holding the feed "
     "key."},
    {LANG_EN, "technical", "printing", "printer,paper", "Blank receipts after changing the roll",
     "We put in a new roll and now every receipt of the {device} is blank. It feeds, it cuts, but "
     "nothing is on it.",
     "The roll is most likely in the wrong way round: thermal paper takes print on one side only. "
     "Scratch it with a coin; "
     "the side that turns dark must face the print head."},
    {LANG_EN, "technical", "payments", "cardpad,offline",
     "Card terminal {device} offline in {city}",
     "Our {device} says 'no host' and cannot take cards. Customers are waiting and we have to send "
     "them to the cash machine. "
     "Error {code} is shown at the bottom.",
     "Error {code} means that the terminal reaches your router but not the payment network. I have "
     "reset its session on our "
     "side: switch it off for ten seconds and on again, and it will ask for the network anew."},
    {LANG_EN, "technical", "sync", "sync", "Stock is not updated after a sale",
     "When we sell something at the till in {city}, the web shop still offers it. Yesterday we "
     "sold the same lamp twice. "
     "{product} {version} is on both.",
     "The till in {city} had stopped at a queue entry with an article that was deleted. I have "
     "removed that entry and {n} "
     "waiting sales went through. From {version} on such an entry is skipped and reported."},
    {LANG_EN, "technical", "sync", "sync,urgent",
     "Everything down: tills show 'cannot access server'",
     "Urgent: all our tills in {city} say 'cannot access server'. The internet works, I am writing "
     "from the same line. "
     "Nobody can sell anything.",
     "There was a fault in one of our data centres from which your tills did not switch over by "
     "themselves. They are back "
     "now; until a fix is installed they will follow the second address at once."},
    {LANG_EN, "technical", "update", "update", "Update to {version} stuck at {n} percent",
     "The update of {product} has been at {n} percent for two hours. Can I switch the till off, or "
     "will that break it?",
     "You can switch it off: the old version stays until the new one is complete. Please free at "
     "least 2 GB on the disk "
     "first; the log shows that the download had no room."},
    {LANG_EN, "technical", "scanner", "scanner", "Scanner reads some codes twice",
     "Our hand scanner adds articles twice, but only those with short codes. With {product} "
     "{version}, since the weekend.",
     "Short codes are EAN-8, which the scanner also sends as EAN-13. Please scan the attached "
     "setting code for 'EAN-8 only as "
     "it is' and the double entry will be gone."},
    {LANG_EN, "technical", "reports", "reports,performance", "Daily report takes {n} minutes",
     "The daily closing report used to take seconds. Now it takes {n} minutes and the till is "
     "blocked meanwhile.",
     "Your closing report included all days since the last one that was signed, which was on "
     "{date}. I have signed the old "
     "days off with your accountant's consent; it is quick again."},
    {LANG_EN, "technical", "printing", "labels", "Price labels are shifted by some millimetres",
     "Every label is printed {n} mm too low, the last line is cut off. We use the same labels as "
     "always.",
     "The new driver takes the gap between labels as part of the label. Under Devices, Label "
     "printer, set the height to "
     "that of the label alone and calibrate once."},
    {LANG_EN, "technical", "network", "wifi", "Tablet loses the till in the back room",
     "As soon as we carry the tablet into the back room, it says that the till is gone, though the "
     "wifi shows three bars.",
     "The back room is served by the guest network, which may not reach the till. Please let the "
     "tablet forget that network, "
     "then it stays with the other one."},
    {LANG_EN, "technical", "receipts", "email-receipts", "E-mailed receipts arrive in spam",
     "Our customers tell us that the receipts we send by e-mail land in spam. Since {date} nearly "
     "all of them.",
     "Your domain's SPF record does not name our servers. I send you the one line that your "
     "provider has to add; after that "
     "the receipts are signed as yours."},
    {LANG_EN, "technical", "barcode", "labels,barcode", "Weighing scale barcodes give wrong prices",
     "Goods from the counter scale come up at {amount} instead of the price on the label. The "
     "cents are taken for euros.",
     "The scale prints the price with two decimals and the till expects three. Change 'price "
     "digits' of prefix 28 to five, "
     "and labels that are printed already will be right as well."},
    {LANG_EN, "technical", "api", "api,webhook", "Webhook calls come twice",
     "Our system gets each order.paid call twice since {version}, some seconds apart. That makes "
     "double bookings at our side.",
     "The first call times out on your side after ten seconds, so it is repeated. Please answer "
     "before you process it; the "
     "delivery id in the header is the same, so you can also drop the second one."},
    {LANG_EN, "technical", "cash-drawer", "drawer", "Cash drawer does not open any more",
     "The drawer of till {n} in {city} stays shut after a cash sale. With the key it opens. The "
     "printer works.",
     "The drawer is driven through the printer. Its small cable has two sockets at the printer's "
     "back: please move it to "
     "the one marked DK, next to the power."},
    {LANG_EN, "technical", "crash", "crash", "{product} closes when I open the customer list",
     "Each time I click on Customers, {product} {version} simply closes. No message. Error {code} "
     "is in the log that I attach.",
     "Thank you for the log: one customer has a birthday in the year 0002, which the list could "
     "not draw. I have corrected "
     "the entry, and {version} will be followed by a version that does not mind."},
    {LANG_EN, "technical", "offline", "offline", "Sales made offline are missing",
     "We had no internet on {date} and sold in offline mode. About {n} sales have not appeared in "
     "the back office since.",
     "They are safe on the till; its clock was two days ahead, so the back office held them for "
     "later. The clock is set and "
     "all {n} have arrived. Please compare with your closing report."},
    /* ---- billing, English ---- */
    {LANG_EN, "billing", "invoice", "invoice", "Invoice {invoice} charged twice",
     "The amount of {amount} was taken from our account twice for invoice {invoice}. Please refund "
     "one of them.",
     "You are right, and I am sorry: the payment was repeated after a time-out at the bank. The "
     "second {amount} goes back to "
     "you today and should arrive within three working days."},
    {LANG_EN, "billing", "invoice", "invoice,address", "Wrong company name on invoice {invoice}",
     "We are called {company} since last year, the invoice still shows the old name. Our tax "
     "adviser does not accept it.",
     "I have changed the name in your account and issued invoice {invoice} anew under the same "
     "number with the remark "
     "'corrected'. You find it under Account, Invoices."},
    {LANG_EN, "billing", "vat", "vat", "VAT number is ignored",
     "We are in the Netherlands and gave our VAT number, but invoice {invoice} has VAT on it.",
     "The number could not be confirmed on the day of the invoice because the register was down. "
     "It is confirmed now; you get "
     "a credit note and a new invoice under reverse charge."},
    {LANG_EN, "billing", "plan", "plan", "Charged for {n} tills, we have fewer",
     "Our last bill says {n} tills. We gave two of them up on {date}. Why do we still pay for "
     "them?",
     "The two tills were switched off but never removed from the contract. I have removed them as "
     "of {date} and credited "
     "{amount}."},
    {LANG_EN, "billing", "payment", "payment-method", "New bank account for direct debit",
     "We change our bank next week. How do we give you the new account without the next payment "
     "failing?",
     "Under Account, Payment you can enter the new account and a day from which it counts. Debits "
     "before that day still go "
     "to the old one."},
    {LANG_EN, "billing", "refund", "refund", "Returned {device}, no refund yet",
     "We sent back the {device} from order {order} three weeks ago and have heard nothing since.",
     "The parcel arrived on {date} but without the return slip, so nobody knew whose it was. "
     "{amount} are on their way to you."},
    {LANG_EN, "billing", "dunning", "dunning", "Reminder for a bill that is paid",
     "We got a reminder for invoice {invoice} although we paid {amount} on {date}. Please stop "
     "this.",
     "Your transfer named order {order} instead of the invoice, so it was booked by hand only "
     "yesterday. The reminder is void "
     "and no fee was charged."},
    {LANG_EN, "billing", "quote", "quote", "Quote for {n} more tills",
     "We open a second shop in {city} and need {n} tills with {device}. What would that cost for a "
     "year?",
     "With {n} tills you reach the next tier: {amount} a month for all of them, and the {device} "
     "at ten percent less. The "
     "quote is attached and holds for thirty days."},
    /* ---- account, English ---- */
    {LANG_EN, "account", "password", "password", "Cannot sign in after changing the password",
     "I changed my password and now neither the new one nor the old one works. I need to get into "
     "{product} today.",
     "After five tries the account rests for fifteen minutes, whatever you type. I have ended "
     "that; please use the link in "
     "the mail that I have just sent to set a new one."},
    {LANG_EN, "account", "two-factor", "2fa", "Lost the phone with the sign-in codes",
     "My phone was stolen and with it the app that makes the codes. How do I get into my account?",
     "I am sorry about your phone. For your safety somebody else with owner's rights has to "
     "confirm that it is you; I have "
     "sent {colleague} a request. Then you can set up a new device."},
    {LANG_EN, "account", "users", "users", "Please remove a former employee",
     "{colleague} left us on {date}. Please take away their access at once, we do not know how.",
     "Done: {colleague} is signed out everywhere and cannot come back. Under Account, People you "
     "can do that yourself in future; "
     "the history of what they did stays."},
    {LANG_EN, "account", "permissions", "permissions", "Shop manager cannot see the reports",
     "Our new manager in {city} needs the sales reports of that shop but not of the others. How?",
     "Give the role 'Shop manager' and tick {city} under 'Places'. Reports then show that shop "
     "alone."},
    {LANG_EN, "account", "transfer", "ownership", "We sold the shop, who gets the account?",
     "As of {date} our shop in {city} belongs to somebody else. They would like to keep articles "
     "and customers.",
     "Articles can go along. Customers can only with their consent, so we hand over a copy without "
     "them. I send both sides "
     "a form; it takes two working days."},
    {LANG_EN, "account", "privacy", "gdpr", "Request for all data about me",
     "Under article 15 of the GDPR I ask for a copy of everything that you have stored about me.",
     "Your request has arrived today; you will have the copy within the legal month, usually "
     "within a week. Please confirm "
     "the address from which you write by the link that I have sent you."},
    {LANG_EN, "account", "delete", "gdpr,delete", "Delete my customer account",
     "I no longer use {product} and want my account and all data deleted. Please confirm.",
     "Invoices must be kept for ten years by law; all else is deleted. Your account is closed as "
     "of today and you will get a "
     "confirmation when the last backup has expired."},
    {LANG_EN, "account", "email", "email-change", "Change of our e-mail address",
     "We have a new domain. How do we change the address that signs in, and where do notices go in "
     "the meantime?",
     "Enter the new address under Account, Profile and confirm it by the link. Until you do, "
     "everything goes to the old one."},
    /* ---- feature requests, English ---- */
    {LANG_EN, "feature_request", "reports", "idea,reports", "Report by hour and by employee",
     "To plan our staff we would like to see sales by hour and by employee in one table. Is that "
     "possible?",
     "Not yet in one table, but the export has both columns. I have added your vote to the idea; "
     "{n} shops ask for the same."},
    {LANG_EN, "feature_request", "ui", "idea,dark", "Dark colours for the evening",
     "In our bar the bright screen of the till disturbs the guests. A dark design would be great.",
     "Good idea, and you are not alone: it is planned for the version after {version}. May we let "
     "you try it first?"},
    {LANG_EN, "feature_request", "loyalty", "idea,loyalty", "Stamp card for regular customers",
     "Our customers like their paper stamp cards. Can {product} do 'ten coffees, one free' with "
     "the customer's number?",
     "You can build it with a voucher that is given at the tenth sale; I attach the steps. A real "
     "stamp card is on our list."},
    {LANG_EN, "feature_request", "export", "idea,export", "Export straight to our bookkeeping",
     "Each month we carry the numbers over by hand. An export in the format of our bookkeeping "
     "would save hours.",
     "For that format there is a plug-in by one of our partners, free up to {n} bookings a month. "
     "Would that help you?"},
    {LANG_EN, "feature_request", "api", "idea,api", "Bulk price changes through the API",
     "We change about {n} prices each night. One call an article is slow. Could there be one for "
     "many?",
     "There will be: the next version takes up to 1,000 articles in one call. Until then four "
     "calls at a time are allowed."},
    {LANG_EN, "feature_request", "receipts", "idea,receipts", "Our logo on the receipt",
     "Can the receipt show our logo and the opening hours at the bottom?",
     "Both are possible: Settings, Receipt, Header takes a black and white picture of 384 pixels, "
     "and Footer takes any text."},
    /* ---- general, English ---- */
    {LANG_EN, "general", "opening", "phone", "When can we reach you on Saturdays?",
     "We sell most on Saturdays. Is there anybody at your side whom we can call then?",
     "On Saturdays we answer the telephone from nine to three, and e-mail as on other days for "
     "what stops you from selling."},
    {LANG_EN, "general", "training", "training", "Training for new colleagues",
     "We have {n} new people from {date} on. Do you offer a short introduction to {product}?",
     "With pleasure: each Tuesday at ten there is one online, free of charge. For {n} people we "
     "can also do one of your own."},
    {LANG_EN, "general", "delivery", "delivery", "Where is order {order}?",
     "Order {order} with the {device} should have been here on {date}. The tracking has not moved "
     "for days.",
     "The carrier lost its label in {city} and has found the parcel today. If it is not with you "
     "the day after tomorrow, we "
     "send another one at once."},
    {LANG_EN, "general", "partner", "partner", "Becoming a dealer for your tills",
     "{company} equips restaurants in {city} and around. How do we become a dealer of yours?",
     "Thank you for your interest. Our colleague for partners calls you this week; the conditions "
     "are in the attached paper."},
    /* ---- German ---- */
    {LANG_DE, "technical", "printing", "drucker", "Bondrucker {device} druckt nur noch Striche",
     "Unser {device} in {city} druckt seit heute früh statt Text nur noch senkrechte Striche. "
     "Papier haben wir gewechselt, "
     "ausgeschaltet war er auch schon.",
     "Das klingt nach einem verschmutzten Druckkopf. Bitte bei kaltem Gerät mit dem "
     "Reinigungsstift oder etwas Isopropanol "
     "abwischen, zwei Minuten warten und den Selbsttest drucken."},
    {LANG_DE, "technical", "payments", "ec,offline", "EC-Gerät meldet Fehler {code}",
     "Das {device} nimmt keine Karten mehr an und zeigt {code}. An der Kasse steht schon eine "
     "lange Schlange.",
     "Fehler {code} heißt, dass der Tagesabschluss fehlt. Bitte Menü, Kasse, Kassenschnitt wählen. "
     "Ich habe das Gerät "
     "zusätzlich von hier aus neu angemeldet."},
    {LANG_DE, "technical", "tse", "tse,dringend", "TSE nicht erreichbar, Kasse bucht nicht",
     "Dringend: {product} {version} meldet, dass die TSE nicht erreichbar ist. Dürfen wir so "
     "überhaupt weiterverkaufen?",
     "Ja, ein Ausfall ist zu dokumentieren, verkaufen dürfen Sie. Die Kasse druckt den Hinweis auf "
     "jeden Bon. Ihre TSE "
     "antwortet seit einem Neustart wieder; die Buchungen wurden nachgetragen."},
    {LANG_DE, "technical", "sync", "abgleich", "Artikel fehlen nach dem Abgleich",
     "Nach dem nächtlichen Abgleich fehlen in der Filiale {city} rund {n} Artikel. In der Zentrale "
     "sind sie da.",
     "Die fehlenden Artikel liegen in einer Warengruppe, die der Filiale nicht zugeordnet ist. Ich "
     "habe die Zuordnung "
     "ergänzt, nach dem nächsten Abgleich sind alle {n} da."},
    {LANG_DE, "technical", "scanner", "scanner", "Scanner piept, aber nichts passiert",
     "Der Handscanner piept ganz normal, im {product} kommt aber kein Artikel an.",
     "Dann sendet er an ein anderes Gerät: Vermutlich ist er noch mit der zweiten Kasse gekoppelt. "
     "Bitte den Code 'Trennen' "
     "auf Seite {n} des Handbuchs scannen und neu koppeln."},
    {LANG_DE, "billing", "rechnung", "rechnung", "Rechnung {invoice} enthält falschen Betrag",
     "Auf Rechnung {invoice} stehen {amount}, vereinbart war weniger. Bitte um Korrektur, vorher "
     "zahlen wir nicht.",
     "Sie haben recht, der Rabatt aus dem Angebot fehlte. Die Rechnung ist storniert, die neue "
     "liegt in Ihrem Konto. Die "
     "Zahlungsfrist beginnt von vorn."},
    {LANG_DE, "billing", "lastschrift", "lastschrift", "Lastschrift zurückgegeben, was nun?",
     "Die Bank hat die Lastschrift über {amount} zurückgegeben, weil das Konto umgestellt wurde. "
     "Entstehen uns Kosten?",
     "Nein, diesmal nicht. Bitte hinterlegen Sie das neue Konto, dann ziehen wir {amount} am "
     "nächsten Ersten erneut ein."},
    {LANG_DE, "billing", "kuendigung", "vertrag", "Kündigung zum Monatsende",
     "Hiermit kündigen wir den Vertrag für die Filiale {city} zum nächstmöglichen Zeitpunkt. Bitte "
     "bestätigen.",
     "Wir bestätigen die Kündigung zum Monatsende und bedauern sie. Ihre Kassendaten stehen Ihnen "
     "noch zehn Jahre zum "
     "Abruf bereit; die Anleitung liegt bei."},
    {LANG_DE, "account", "zugang", "passwort", "Zugang gesperrt nach Urlaub",
     "Nach drei Wochen Urlaub komme ich nicht mehr in {product}. Das Passwort stimmt sicher.",
     "Zugänge ohne Anmeldung ruhen nach 20 Tagen. Ich habe Ihren wieder freigeschaltet; eine "
     "längere Frist lässt sich unter "
     "Konto, Sicherheit einstellen."},
    {LANG_DE, "account", "datenschutz", "dsgvo", "Auskunft nach DSGVO",
     "Bitte teilen Sie mir mit, welche Daten Sie über mich gespeichert haben und woher diese "
     "stammen.",
     "Ihre Anfrage ist eingegangen. Sie erhalten die Auskunft innerhalb eines Monats, meist binnen "
     "einer Woche."},
    {LANG_DE, "feature_request", "berichte", "wunsch", "Auswertung nach Wochentagen",
     "Für die Personalplanung bräuchten wir den Umsatz nach Wochentag und Stunde. Gibt es das "
     "schon?",
     "Im Bericht 'Stundenumsatz' lässt sich die Spalte Wochentag einblenden: rechts oben, Spalten. "
     "Als Diagramm merken wir es vor."},
    {LANG_DE, "general", "lieferung", "lieferung", "Bestellung {order} noch nicht da",
     "Unsere Bestellung {order} mit {n} Rollen Papier sollte am {date} kommen. Langsam wird es "
     "knapp.",
     "Der Spediteur hatte Ihre Annahmezeiten nicht. Er kommt morgen zwischen acht und zwölf; zur "
     "Sicherheit legen wir eine "
     "Kiste dazu."},
    /* ---- French ---- */
    {LANG_FR, "technical", "impression", "imprimante",
     "L'imprimante {device} ne coupe plus le ticket",
     "Depuis hier, notre {device} à {city} imprime mais ne coupe plus. Nous déchirons les tickets "
     "à la main.",
     "Le couteau est sans doute bloqué par un reste de papier. Ouvrez le capot, tournez la petite "
     "molette blanche de "
     "quelques crans et refermez. Le test se lance avec la touche d'avance."},
    {LANG_FR, "technical", "paiement", "tpe,urgent",
     "Urgent : le terminal refuse toutes les cartes",
     "Le {device} affiche {code} et refuse toutes les cartes. Nous avons du monde et ne pouvons "
     "plus encaisser.",
     "Le code {code} indique un certificat expiré. Je viens de le renouveler à distance : éteignez "
     "le terminal dix secondes, "
     "puis rallumez-le."},
    {LANG_FR, "billing", "facture", "facture", "Facture {invoice} introuvable",
     "Notre comptable demande la facture {invoice} de {amount}. Nous ne la trouvons pas dans "
     "l'espace client.",
     "Elle était rangée sous votre ancien nom, {company}. Je l'ai déplacée et vous l'envoie aussi "
     "en pièce jointe."},
    {LANG_FR, "billing", "tva", "tva", "Taux de TVA erroné sur les repas à emporter",
     "{product} applique 20 % sur les repas à emporter. Il nous faut 10 %.",
     "Le taux dépend du mode de vente. Dans Réglages, Taxes, attribuez 10 % à « à emporter » ; les "
     "ventes d'aujourd'hui "
     "seront recalculées."},
    {LANG_FR, "account", "acces", "acces", "Ajouter une collègue à notre compte",
     "Notre nouvelle collègue {colleague} a besoin d'un accès pour le magasin de {city} seulement.",
     "C'est fait : {colleague} a reçu une invitation, limitée à {city}. Vous pouvez changer ses "
     "droits sous Compte, Personnes."},
    {LANG_FR, "general", "horaires", "telephone", "Vos horaires pendant les fêtes",
     "Êtes-vous joignables entre Noël et le Nouvel An ? C'est notre période la plus forte.",
     "Oui, tous les jours ouvrés de neuf à dix-huit heures, et par courriel pour tout ce qui "
     "empêche de vendre."},
    /* ---- Spanish ---- */
    {LANG_ES, "technical", "caja", "cajon", "El cajón no se abre al cobrar en efectivo",
     "En la caja {n} de {city} el cajón ya no se abre. Con la llave sí. Usamos {product} "
     "{version}.",
     "El cajón se conecta a la impresora. Compruebe que el cable está en la toma DK y no en la de "
     "red; después haga una "
     "venta de prueba."},
    {LANG_ES, "technical", "sincronizacion", "sincronizacion",
     "Las ventas no aparecen en la central",
     "Desde el {date} las ventas de {city} no llegan a la central. Faltan unas {n}.",
     "La caja tenía la hora adelantada y la central las retenía. Ya está corregida y han llegado "
     "todas; compárelo, por "
     "favor, con su cierre."},
    {LANG_ES, "billing", "factura", "factura", "Cobro duplicado de la factura {invoice}",
     "Nos han cobrado dos veces {amount} por la factura {invoice}. Pedimos la devolución.",
     "Tiene razón, disculpe. Hoy devolvemos {amount}; lo verá en su cuenta en tres días hábiles."},
    {LANG_ES, "account", "clave", "clave", "No recibo el correo para cambiar la clave",
     "He pedido varias veces una clave nueva y el correo no llega. Tampoco está en spam.",
     "Su servidor rechazaba nuestros correos por una lista antigua. Le he enviado el enlace desde "
     "otra dirección; vale una hora."},
    {LANG_ES, "feature_request", "idiomas", "idea,idiomas", "Tickets en dos idiomas",
     "Muchos de nuestros clientes son turistas. ¿Puede salir el ticket también en inglés?",
     "Sí: en Ajustes, Ticket, active «segundo idioma». El cajero elige el idioma al cobrar."},
};
const size_t demo_story_count = COUNT_OF(demo_stories);
