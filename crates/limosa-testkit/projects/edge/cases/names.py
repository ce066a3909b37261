# Long and odd names.
# vendor: sqlite postgresql
#---
migrations.CreateModel("AVeryLongModelNameThatGoesOnAndOnUntilItIsMuchTooLongForPostgres", [("id", models.AutoField(primary_key=True)), ("a_very_long_field_name_that_goes_on_and_on_until_it_is_too", models.IntegerField(db_index=True)), ("another_very_long_field_name_that_goes_on_and_on", models.CharField(max_length=9, unique=True))],
    options={"unique_together": {("a_very_long_field_name_that_goes_on_and_on_until_it_is_too", "another_very_long_field_name_that_goes_on_and_on")}}),
migrations.CreateModel("Other", [("id", models.AutoField(primary_key=True)), ("a_foreign_key_with_a_long_name", models.ForeignKey("AVeryLongModelNameThatGoesOnAndOnUntilItIsMuchTooLongForPostgres", CASCADE)), ("some_many_to_many_relation_that_is_long_too_and_longer_than_that", models.ManyToManyField("AVeryLongModelNameThatGoesOnAndOnUntilItIsMuchTooLongForPostgres", related_name="+"))]),
migrations.CreateModel("Ümläut", [("id", models.AutoField(primary_key=True)), ("straße", models.CharField(max_length=9, db_index=True)), ("one", models.ForeignKey("Other", CASCADE))]),
migrations.CreateModel("Digits", [("id", models.AutoField(primary_key=True)), ("x", models.IntegerField(db_index=True))], options={"db_table": "1_digits"}),
migrations.CreateModel("Under", [("id", models.AutoField(primary_key=True)), ("x", models.IntegerField(db_index=True))], options={"db_table": "_under"}),
#---
migrations.AlterField("AVeryLongModelNameThatGoesOnAndOnUntilItIsMuchTooLongForPostgres", "id", models.BigAutoField(primary_key=True)),
#---
migrations.AlterField("AVeryLongModelNameThatGoesOnAndOnUntilItIsMuchTooLongForPostgres", "another_very_long_field_name_that_goes_on_and_on", models.CharField(max_length=10)),
#---
migrations.AlterUniqueTogether("AVeryLongModelNameThatGoesOnAndOnUntilItIsMuchTooLongForPostgres", set()),
#---
migrations.RenameModel("AVeryLongModelNameThatGoesOnAndOnUntilItIsMuchTooLongForPostgres", "Short"),
#---
migrations.RenameModel("Short", "AnotherVeryLongModelNameThatGoesOnAndOnUntilItIsMuchTooLongAgain"),
#---
migrations.RenameField("Other", "a_foreign_key_with_a_long_name", "fk"),
migrations.AddConstraint("Other", models.UniqueConstraint(fields=["fk"], name="a_name_of_a_constraint_that_is_longer_than_sixty_three_characters_in_all")) if False else migrations.AddConstraint("Other", models.UniqueConstraint(fields=["fk"], name="other_uniq")),
