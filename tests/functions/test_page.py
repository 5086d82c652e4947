from tests.functions.page import PAGE, render


def test_the_page_says_what_the_table_says():
    assert PAGE.read_text(encoding="utf-8") == render(), (
        "the table has changed: run `python -m tests.functions.page`"
    )
